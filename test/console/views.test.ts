import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { Locator, Page } from 'playwright-core';
import { JOB_STATUSES, type JobStatus } from '../../lambda/contract/words.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { eventually } from '../support/eventually.ts';
import { anAnswer, anAttempt, START } from '../support/job-builders.ts';
import { EAST_SONNET, WEST_HAIKU, WEST_SONNET } from '../support/router-builders.ts';
import { TWO_SCREENS, violationsOf } from './accessibility.ts';
import { hasValue, needsChromium, type OpenPage, openPage, viewShown } from './browser.ts';
import { type ConsoleWorld, startConsoleWorld } from './console-world.ts';

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const NASTY = '<img src=x onerror="alert(1)"><b>bold</b>\n  \u001b[31mred\u001b]0;title\u0007';

const throttled = anAttempt({
  target: EAST_SONNET,
  outcome: 'quota-minute',
  reason: 'ThrottlingException',
});
const skipped = anAttempt({ target: WEST_SONNET, outcome: 'skipped', reason: 'open', ms: 0 });
const answered = anAttempt({
  target: WEST_HAIKU,
  tier: 'last-resort',
  at: START + 100,
  ms: 800,
  firstTokenMs: 300,
});

/** A job in each status, as the transitions leave it, and what the page says about it. */
const JOBS: Readonly<Record<JobStatus, { job: Partial<Job>; says: RegExp }>> = {
  QUEUED: { job: {}, says: /^QUEUED$/ },
  RUNNING: {
    job: { claims: 1, claimToken: 'claim', leaseUntil: START + 9, cancelRequested: true },
    says: /^RUNNING/,
  },
  DEFERRED: {
    job: { deferrals: 3, nextAttemptAt: START + 60_000, attempts: [throttled, skipped] },
    says: /^DEFERRED until .* because us-west-2 sonnet-4-5 is open$/,
  },
  SUCCEEDED: {
    job: {
      completedAt: START + 900,
      attempts: [throttled, skipped, answered],
      servedBy: WEST_HAIKU,
      tier: 'last-resort',
      degraded: true,
      degradedBy: ['tier'],
      usage: { inputTokens: 10, outputTokens: 5 },
      costUsd: 0.0123,
      claimToken: 'claim',
      resultBytes: 100,
    },
    says: /^SUCCEEDED$/,
  },
  FAILED: {
    job: { completedAt: START + 9, error: { type: 'urn:t', title: 'It was refused' } },
    says: /^FAILED$/,
  },
  DEAD_LETTERED: {
    job: { completedAt: START + 9, redrives: 2, error: { type: 'urn:t', title: 'It crashed' } },
    says: /^DEAD_LETTERED$/,
  },
  EXPIRED: {
    job: { completedAt: START + 9, error: { type: 'urn:t', title: 'It was late' } },
    says: /^EXPIRED$/,
  },
  CANCELLED: { job: { completedAt: START + 9 }, says: /^CANCELLED$/ },
};

needsChromium('each view of the console', () => {
  let world: ConsoleWorld;
  let opened: OpenPage;
  let page: Page;

  beforeAll(async () => {
    world = await startConsoleWorld();
    opened = await openPage(world.url);
    page = opened.page;
    page.setDefaultTimeout(20_000);
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await world?.stop();
  });
  beforeEach(() => world.admin.jobs.rows.clear());

  const button = (name: string | RegExp, within: Page | Locator = page) =>
    within.getByRole('button', { name, exact: true });

  /** Waits until the list has this number of rows. */
  async function rows(count: number): Promise<void> {
    if (count > 0)
      await page
        .locator('.job')
        .nth(count - 1)
        .waitFor();
    await page.locator('.job').nth(count).waitFor({ state: 'detached' });
  }

  /** Opens a view as in a new tab: nothing of an earlier test is left. */
  async function show(route: string): Promise<void> {
    await page.goto('about:blank');
    await page.goto(`${world.url}/#/${route}`);
    await viewShown(page);
  }

  describe('of jobs', () => {
    test('tells the same of a job in each status, in the list and alone', async () => {
      for (const [n, status] of JOB_STATUSES.entries()) {
        await world.give(n, { status, tenant: `tenant-${n}`, ...JOBS[status].job });
      }
      await show('jobs');
      await page
        .locator('.job')
        .nth(JOB_STATUSES.length - 1)
        .waitFor();

      for (const [n, status] of JOB_STATUSES.entries()) {
        const row = page.locator('.job').nth(JOB_STATUSES.length - 1 - n);
        const listed = await factsIn(row);
        const words = await row.locator('.attempts b').allTextContents();
        await row.getByRole('link').click();
        await page.getByRole('heading', { name: 'Record' }).waitFor();
        const alone = await factsIn(page.locator('main'));

        expect(listed.status).toMatch(JOBS[status].says);
        expect(alone).toEqual(listed);
        expect(await page.locator('.timeline > li').count()).toBe(words.length);
        const record = await page.locator('.facts').innerText();
        expect(record).toContain(`tenant-${n}`);
        await page.getByRole('link', { name: 'All jobs' }).click();
        await page.locator('.job').first().waitFor();
      }
    }, 60_000);

    test('draws the attempts as a chain, with the reason for each skip', async () => {
      const { jobId } = await world.give(1, { status: 'SUCCEEDED', ...JOBS.SUCCEEDED.job });
      await show('jobs');
      const chain = page.locator('.job .attempts li');
      await chain.first().waitFor();

      expect(await chain.allTextContents()).toEqual([
        'us-east-1 sonnet-4-5 throttled',
        'us-west-2 sonnet-4-5 skipped: open',
        'us-west-2 haiku-4-5 answered',
      ]);
      expect(await page.locator('.job').innerText()).toMatch(/degraded[\s\S]*\$0\.01/);

      await show(`jobs/${jobId}`);
      await page.getByText(`${WEST_SONNET} was skipped because its circuit is open.`).waitFor();
      await page.getByText('took 800 ms · first token after 300 ms · tier last-resort').waitFor();
    });

    test('filters by what the address says, so that a link can be shared', async () => {
      await world.give(1, { status: 'DEFERRED', tenant: 'a' });
      await world.give(2, { status: 'DEFERRED', tenant: 'b' });
      await world.give(3, { status: 'FAILED', tenant: 'b' });
      await show('jobs');
      await rows(3);

      await page.getByRole('link', { name: 'Waiting on an open circuit' }).click();
      await rows(2);
      await page.getByLabel('Tenant').selectOption('b');
      await rows(1);
      expect(page.url()).toMatch(/#\/jobs\?filter=waiting&tenant=b$/);

      await page.reload();
      await page.locator('.job').first().waitFor();
      expect(await page.locator('.job').allInnerTexts()).toEqual([
        expect.stringMatching(/DEFERRED[\s\S]*tenant b/),
      ]);
    }, 60_000);

    test('goes to older jobs and back', async () => {
      for (let n = 1; n <= 30; n++) await world.give(n);
      await show('jobs');
      await page.getByRole('link', { name: 'Older jobs' }).click();
      await page.getByRole('link', { name: 'Newest jobs' }).waitFor();
      await rows(5);
    });

    test('shows the content only on request, and only as text', async () => {
      const content = [{ text: NASTY }, { image: { format: 'png', source: { bytes: PNG } } }];
      const job = await world.give(1, { status: 'SUCCEEDED', ...JOBS.SUCCEEDED.job });
      await world.admin.results.putPrompt(job, { messages: [{ role: 'user', content }] });
      await world.admin.results.putAnswer(
        { jobId: job.jobId, claimToken: 'claim' },
        anAnswer({ text: NASTY }),
      );
      await show(`jobs/${job.jobId}`);
      await button('Show content').waitFor();
      expect(await page.getByText('bold').count()).toBe(0);

      await button('Show content').click();
      const texts = page.locator('main pre');
      await texts.nth(1).waitFor();
      const shown =
        '<img src=x onerror="alert(1)"><b>bold</b>\n  ‹U+001B›[31mred‹U+001B›]0;title‹U+0007›';
      // The prompt and the answer.
      expect((await texts.allTextContents()).filter((text) => text === shown)).toHaveLength(2);
      expect(await page.locator('main img, main pre b').count()).toBe(0);
      await page.getByRole('img', { name: 'Image, png, 70 bytes' }).waitFor();
      // The button is gone, so the focus is on what it showed.
      await hasValue(page, 'document.activeElement.textContent', 'Request');
      expect(world.admin.actions.at(-1)).toMatchObject({
        action: 'read',
        request: { content: true },
      });
      expect(await violationsOf(page, TWO_SCREENS)).toEqual([]);
    }, 60_000);

    test('cancels a job after a question, and shows the error if it has ended', async () => {
      const { jobId } = await world.give(1);
      await show(`jobs/${jobId}`);
      await button('Cancel').click();
      await button('Go back').click();
      expect(world.admin.jobs.rows.get(jobId)?.status).toBe('QUEUED');

      await button('Cancel').click();
      await world.give(1, { status: 'SUCCEEDED', ...JOBS.SUCCEEDED.job });
      await button('Cancel the job').click();
      await page.getByText('The job has ended and cannot be cancelled').waitFor();

      await world.give(2);
      await show(`jobs/${'2'.padStart(32, '0')}`);
      await button('Cancel').click();
      await button('Cancel the job').click();
      await page.getByText('Cancel requested. The job is CANCELLED.').waitFor();
    });

    test('runs a job again, as it is or with edits', async () => {
      const job = await world.give(1, { status: 'FAILED', ...JOBS.FAILED.job });
      await world.admin.results.putPrompt(job, {
        messages: [{ role: 'user', content: [{ text: 'How deep?' }] }],
      });
      await show(`jobs/${job.jobId}`);
      await page.getByText('so the job runs again for the tenant key.').waitFor();
      await button('Run again').click();
      await page.getByText('Submitted as a new job of the tenant key:').waitFor();
      expect([...world.admin.jobs.rows.values()].map(({ tenant }) => tenant)).toEqual([
        'tenant',
        'key',
      ]);

      await button('Run again with edits').click();
      await page.getByRole('heading', { name: 'Submit a job' }).waitFor();
      expect(await page.getByLabel('JSON body').last().inputValue()).toContain('How deep?');
    });
  });

  describe('of submitting', () => {
    test('shows an error beside its field, and then the job', async () => {
      await show('submit');
      await page.getByRole('textbox', { name: 'Prompt' }).fill('');
      await button('Submit').click();
      const prompt = page.getByRole('textbox', { name: 'Prompt' });
      await page.locator('.field .fault').waitFor();

      expect(await prompt.getAttribute('aria-invalid')).toBe('true');
      expect(await describedBy(page, prompt)).toMatch(
        /got a text, allowed is text that is not blank/,
      );
      expect(await violationsOf(page, TWO_SCREENS)).toEqual([]);

      await prompt.fill("it's deep");
      await page.getByLabel('Idempotency key').fill('k1');
      const curl = await page.getByRole('region', { name: 'curl' }).innerText();
      expect(curl).toContain(`-d '{"prompt":"it'\\''s deep"}'`);
      expect(curl).toContain("-H 'idempotency-key: k1'");
      await button('Submit').click();
      await page.locator('.follow').waitFor();
      const [job] = world.admin.jobs.rows.values();
      expect(await page.locator('.follow a').getAttribute('href')).toBe(`#/jobs/${job?.jobId}`);
      world.admin.jobs.rows.set(job?.jobId ?? '', { ...(job as Job), status: 'EXPIRED' });
      await page.locator('.follow').getByText('EXPIRED').waitFor();
    }, 60_000);
  });

  describe('of operators', () => {
    beforeEach(async () => {
      for (const { scope, key } of (await world.admin.health()).overrides) {
        await world.admin.lift(scope, key);
      }
    });

    test('sets and lifts an override, side by side with the computed state', async () => {
      await show('operators');
      await button('Override us-east-1 sonnet-4-5').click();
      await button('Set the override').click();
      await page.locator('.field .fault').waitFor();
      expect(await describedBy(page, page.getByLabel('Reason'))).toMatch(/at least 1 character/);

      await page.getByLabel('Reason').fill('a drill');
      await button('Set the override').click();
      const target = page.locator('.targets > li').first();
      await target.getByText('force-open').waitFor();
      expect((await target.locator('.beside').innerText()).replace(/\s+/g, ' ')).toMatch(
        /Computed CLOSED Override force-open by its target, until .* a drill arn:aws:sts::.*ada/,
      );
      expect(await violationsOf(page, TWO_SCREENS)).toEqual([]);

      await button(/^Lift/).click();
      await page.getByText(`The override of the target ${EAST_SONNET} is lifted.`).waitFor();
      await target.getByText('none').waitFor();
      await hasValue(page, 'document.activeElement.textContent', 'Overrides in force');
    }, 60_000);

    test('asks before it forces a whole region open', async () => {
      await show('operators');
      await page.getByLabel('Scope').selectOption('region');
      await page.getByLabel('Reason').fill('a drill');
      await button('Set the override').click();
      await page.getByRole('dialog', { name: 'Force all of us-east-1 open?' }).waitFor();
      await page.keyboard.press('Escape');
      expect((await world.admin.health()).overrides).toEqual([]);

      await button('Set the override').click();
      await button('Force the region open').click();
      await page.getByText('The region us-east-1 is overridden: force-open.').waitFor();
    });

    test('shows what a redrive would do before it can move anything', async () => {
      await show('operators');
      expect(await button(/^Move/).count()).toBe(0);
      await page.getByLabel('Most jobs', { exact: true }).fill('0');
      await button('Dry run').click();
      await page.locator('.field .fault').waitFor();
      await page.getByLabel('Most jobs', { exact: true }).fill('10');
      await button('Dry run').click();
      await page.getByText('0 jobs would be moved.').waitFor();
    });
  });

  describe('of faults', () => {
    beforeEach(() => world.bedrock.clearFaults());

    test('breaks a target, shows the rule, and heals all', async () => {
      await show('faults');
      const target = page.getByRole('group', { name: 'us-east-1' }).getByLabel('sonnet-4-5');
      await target.click();
      await page.locator('.rows p').getByText('throttle-minute in us-east-1 for').waitFor();
      expect(await target.isChecked()).toBe(true);

      await button('Heal all').click();
      await page.getByText('No rule is set: Bedrock works.').waitFor();
      expect(await target.isChecked()).toBe(false);
    });

    test('shows the fake’s error beside the field of a rule', async () => {
      await show('faults');
      await page.getByLabel('Fault', { exact: true }).selectOption('slow');
      await page.getByLabel('factor (required)').fill('3');
      await page.getByLabel('probability').fill('2');
      await button('Add the rule').click();
      await page.locator('.field .fault').waitFor();
      expect(await describedBy(page, page.getByLabel('probability'))).toMatch(
        /got 2, allowed is a number above 0 and at most 1$/,
      );

      await page.getByLabel('probability').fill('0.5');
      await button('Add the rule').click();
      await page
        .locator('.rows p')
        .getByText('slow everywhere · probability 0.5 · factor 3')
        .waitFor();
      expect(await violationsOf(page, TWO_SCREENS)).toEqual([]);
      await button(/^Clear/).click();
      await page.getByText('No rule is set: Bedrock works.').waitFor();
      await hasValue(page, 'document.activeElement.textContent', 'Rules now');
    }, 60_000);

    test('sets steady traffic with the arrow keys', async () => {
      await show('faults');
      await page.getByLabel('Jobs per second').focus();
      await page.keyboard.press('ArrowRight');
      await page.keyboard.press('ArrowRight');
      await page.getByText('2 jobs per second').waitFor();

      await eventually('2 jobs per second', () => world.trafficPerSecond() === 2 || undefined);
    });
  });
});

/** Returns what a row of the list, or the page of one job, says about the job's state. */
async function factsIn(place: Locator) {
  const status = place.locator('.status').first();
  return {
    status: (await status.innerText()).trim(),
    sign: await status.locator('path').getAttribute('d'),
    marks: await place.locator('.mark').allTextContents(),
  };
}

/** Returns the texts that describe a control: its hint and its fault. */
async function describedBy(page: Page, control: Locator): Promise<string> {
  const ids = (await control.getAttribute('aria-describedby')) ?? '';
  const texts = ids.split(' ').map((id) => page.locator(`[id="${id}"]`).innerText());
  return (await Promise.all(texts)).join(' ');
}
