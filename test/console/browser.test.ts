import { request } from 'node:http';
import { PutParameterCommand, SSMClient } from '@aws-sdk/client-ssm';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { synthesizeBeforeAll } from '../e2e/assembly.ts';
import { SETTINGS } from '../e2e/chain.ts';
import { type Holdfast, startHoldfast } from '../e2e/holdfast.ts';
import { localAws } from '../support/local-aws.ts';
import { violationsOf } from './accessibility.ts';
import {
  hasValue,
  needsChromium,
  type OpenPage,
  openPage,
  showView,
  viewShown,
} from './browser.ts';

/** Long enough that the page sees an open circuit, whose state it reads once a second. */
const COOLDOWN_SECONDS = 4;
/** An outage takes about 20 s on an idle machine. */
const OUTAGE_MS = 180_000;
/** A check takes a second on an idle machine, and there are six. */
const AXE_MS = 150_000;

const VIEWS = ['overview', 'jobs', 'submit', 'operators', 'faults'] as const;

needsChromium('the console’s page', () => {
  const assembly = synthesizeBeforeAll();
  let holdfast: Holdfast;
  let opened: OpenPage;
  let page: Page;
  let origin: string;

  beforeAll(async () => {
    holdfast = await startHoldfast(assembly, { unkind: [] });
    await lengthenCooldown(holdfast);
    origin = new URL(holdfast.run.apiUrl).origin;
    opened = await openPage(origin);
    page = opened.page;
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await holdfast?.stop();
  });

  describe('the overview', () => {
    test('says that nothing is wrong, and shows the first steps', async () => {
      await page.getByRole('heading', { name: /^Nothing is wrong/ }).waitFor();

      await hasValue(page, 'document.title', 'LOCAL · Holdfast');
      expect(await page.getByText(`curl ${holdfast.run.apiUrl}/jobs`).count()).toBe(1);
    });

    test(
      'plays an outage in three acts with one key, and tells each act by text',
      async () => {
        const seen = await watchTexts(page);
        const start = page.getByRole('button', { name: 'Start the outage' });
        await start.focus();
        await page.keyboard.press('Enter');
        await page.getByText('All three acts were played.').waitFor({ timeout: OUTAGE_MS });
        const texts = await seen();
        const acts = page.locator('.acts > li');

        expect(await acts.nth(0).textContent()).toMatch(/^Act 1: fail.*status 429/);
        expect(await acts.nth(1).textContent()).toMatch(/^Act 2: hold.*skip its targets/);
        expect(await acts.nth(2).textContent()).toMatch(/^Act 3: recover.*and none was lost/);
        // The verdict, the tab and the picture of the chain told the same.
        expect(texts.h1).toContainEqual(
          expect.stringMatching(
            /^us-east-1 sonnet-4-5 gets no calls: .* secondary serves instead\.$/,
          ),
        );
        expect(texts.h1.at(-1)).toMatch(/^Nothing is wrong/);
        expect(texts.title).toContain('⚠ circuit open · LOCAL · Holdfast');
        expect(texts.badge).toEqual(expect.arrayContaining(['CLOSED', 'OPEN']));
        // The first stages may be over before the page reads the health again.
        expect(texts.badge).toContainEqual(expect.stringMatching(/^HALF_OPEN, stage \d$/));
        expect(texts.countdown).toContainEqual(expect.stringMatching(/^Next probe in \d/));
      },
      OUTAGE_MS + 10_000,
    );

    test('has the numbers of each chart as a table', async () => {
      const chart = page.getByRole('region', { name: 'Jobs', exact: true });
      await chart.getByText('Numbers').click();
      const cells = await chart.locator('tbody td').allTextContents();

      expect(cells.some((cell) => Number(cell.replace(',', '')) > 0)).toBe(true);
    });
  });

  test('goes from view to view with the keyboard alone', async () => {
    await showView(page, 'overview');
    await page.reload();
    await viewShown(page);
    await page.keyboard.press('Tab');
    const skip = await focused(page);
    const visited: string[] = [];
    for (const _ of VIEWS) {
      await page.keyboard.press('Tab');
      visited.push(await focused(page));
    }
    await page.keyboard.press('Enter');
    await page.waitForURL(/#\/faults$/);

    expect(skip).toBe('Skip to content');
    expect(visited).toEqual(['Overview', 'Jobs', 'Submit', 'Operators', 'Faults']);
    // The focus moves to the view, as with a new page.
    await hasValue(page, 'document.activeElement.tagName', 'MAIN');
  });

  test('keeps the choice of colours', async () => {
    const scheme = 'getComputedStyle(document.documentElement).colorScheme';
    await page.getByLabel('Colours').selectOption('dark');
    await hasValue(page, scheme, 'dark');
    await page.reload();
    await viewShown(page);

    await hasValue(page, scheme, 'dark');
    await page.getByLabel('Colours').selectOption('auto');
  });

  test(
    'passes axe at three widths, light and dark',
    async () => {
      await showView(page, 'overview');

      expect(await violationsOf(page)).toEqual([]);
    },
    AXE_MS,
  );

  test('is refused under a foreign name, and its data to a foreign page', async () => {
    const get = (headers: Record<string, string>) =>
      statusOf(`${origin}/console/snapshot`, headers);

    expect(await get({ host: 'evil.example' })).toBe(403);
    expect(await get({ origin: 'http://evil.example' })).toBe(403);
    expect(await get({})).toBe(200);
  });

  test('made no request to another host, and reported no error', () => {
    expect(opened.foreignRequests).toEqual([]);
    expect(opened.errors).toEqual([]);
  });

  // The last test, because it stops the run.
  test('says so and greys the data when the server stops', async () => {
    await showView(page, 'overview');
    await page.getByText('Live', { exact: true }).waitFor();
    await holdfast.stop();
    await page.getByRole('heading', { name: /^The connection is lost/ }).waitFor();

    expect(await page.locator('.connection').textContent()).toMatch(
      /^Connection lost· data \d.* old$/,
    );
    expect(await page.locator('.stale .chains').count()).toBe(1);
    await hasValue(page, 'document.title', '⚠ no connection · LOCAL · Holdfast');
  });
});

/** Edits the settings before the first function reads them. */
async function lengthenCooldown({ run }: Holdfast): Promise<void> {
  const breaker = { ...SETTINGS.breaker, cooldownSeconds: COOLDOWN_SECONDS };
  await new SSMClient(localAws(run.awsUrl)).send(
    new PutParameterCommand({
      Name: run.outputs.SettingsParameterName,
      Value: JSON.stringify({ ...SETTINGS, breaker }),
      Overwrite: true,
    }),
  );
}

const WATCHED = { h1: 'h1', badge: '.badges b', countdown: '.countdown', title: 'title' } as const;
type Texts = Readonly<Record<keyof typeof WATCHED, readonly string[]>>;

/** Collects the texts that the page shows, because a state may last for only a second. */
async function watchTexts(page: Page): Promise<() => Promise<Texts>> {
  await page.evaluate(`
    const watched = ${JSON.stringify(WATCHED)};
    window.seen = Object.fromEntries(Object.keys(watched).map((name) => [name, []]));
    const look = () => {
      for (const [name, selector] of Object.entries(watched)) {
        for (const { textContent } of document.querySelectorAll(selector)) {
          if (window.seen[name].at(-1) !== textContent) window.seen[name].push(textContent);
        }
      }
    };
    look();
    new MutationObserver(look).observe(document, { subtree: true, childList: true, characterData: true });
  `);
  return () => page.evaluate('window.seen') as Promise<Texts>;
}

async function focused(page: Page): Promise<string> {
  return String(await page.evaluate('document.activeElement.textContent'));
}

/** Returns the status of a GET. Unlike `fetch`, this can send any header. */
function statusOf(url: string, headers: Record<string, string>): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    request(url, { headers }, (response) => {
      response.resume();
      resolve(response.statusCode);
    })
      .on('error', reject)
      .end();
  });
}
