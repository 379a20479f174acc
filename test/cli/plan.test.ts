import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../cli/exit-codes.ts';
import { type Plan, planOf } from '../../cli/plan/plan.ts';
import type { Workload } from '../../cli/plan/workload.ts';
import type { JobPolicy, QuotaLimits, Target, Tier } from '../../lambda/contract/policy.ts';
import { TOKENS_PER_DAY } from '../../lambda/contract/quota-names.ts';
import type { AppliedQuotas } from '../../lambda/contract/quotas.ts';
import '../support/errors-of-one-realm.ts';
import { type FakeAccount, startFakeAccount } from '../doctor/fake-account.ts';
import { listedQuota } from '../support/listed-quotas.ts';
import { aQuotaWorld } from '../support/quota-world.ts';
import { someSettings } from '../support/settings.ts';
import { holdfast } from './fake-world.ts';

/** An output token of it costs 5 tokens of the quota. */
const SONNET = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const MODEL = 'anthropic.claude-sonnet-4-5-20250929-v1:0';
const MINUTES_PER_DAY = 1440;

/** A call holds 2,000 tokens and costs 1,500. */
const WORKLOAD: Workload = {
  jobsPerDay: 14_400,
  inputTokens: 1_000,
  outputTokens: 100,
  maxTokens: 1_000,
  peak: 1,
  answerSeconds: 6,
};

interface Given {
  readonly workload?: Partial<Workload>;
  readonly tokensPerDay?: Readonly<Record<string, number>>;
  readonly jobs?: Partial<JobPolicy>;
  readonly applied?: AppliedQuotas;
}

function target(region: string, quota?: QuotaLimits, weight?: number): Target {
  return { region, modelId: SONNET, ...(quota && { quota }), ...(weight && { weight }) };
}

function tier(name: string, ...targets: Target[]): Tier {
  return { name, targets, maxTokens: 4_096 };
}

function plan(
  tiers: readonly Tier[],
  { workload, tokensPerDay = {}, jobs = {}, applied }: Given = {},
): Plan {
  const settings = someSettings({ tiers, quotas: { tokensPerDay }, jobs });
  const chain = settings.chains.default ?? { tiers };
  return planOf(chain, { ...WORKLOAD, ...workload }, settings, applied);
}

describe('a plan', () => {
  test.each([
    ['requests per minute', { requestsPerMinute: 30, tokensPerMinute: 60_000 }, 30],
    ['tokens per minute', { requestsPerMinute: 50, tokensPerMinute: 60_000 }, 40],
  ])('names the %s if they are reached first', (name, quota, jobsPerMinute) => {
    const { tiers } = plan([tier('primary', target('us-east-1', quota))]);

    const fits = jobsPerMinute * MINUTES_PER_DAY;
    expect(tiers[0]).toMatchObject({ fits, targets: [{ binds: name }] });
  });

  test('names the calls at once if long answers keep their holds', () => {
    const primary = tier('primary', target('us-east-1', { tokensPerMinute: 60_000 }));

    const { tiers } = plan([primary], { workload: { answerSeconds: 90 } });

    const fits = (30 / 1.5) * MINUTES_PER_DAY;
    expect(tiers[0]).toMatchObject({ fits, targets: [{ binds: 'calls at once' }] });
  });

  test('names the tokens per day, which all targets of a Region share', () => {
    const quota = { tokensPerMinute: 600_000 };
    const haiku = { ...target('us-east-1', quota), modelId: 'us.anthropic.claude-sonnet-4-6' };

    const { tiers, jobsThatWait } = plan(
      [tier('primary', target('us-east-1', quota)), tier('secondary', haiku)],
      { tokensPerDay: { 'us-east-1': 1_500_000 } },
    );

    expect(tiers).toMatchObject([
      { fits: 1_000, jobs: 1_000, targets: [{ binds: 'tokens per day' }] },
      { fits: 1_000, jobs: 0 },
    ]);
    expect(jobsThatWait).toBe(13_400);
  });

  test('gives the next tier what the tiers before it have no quota for', () => {
    const { tiers, jobsThatWait } = plan([
      tier('primary', target('us-east-1', { requestsPerMinute: 4 })),
      tier('secondary', target('us-west-2', { requestsPerMinute: 5 })),
    ]);

    expect(tiers.map(({ jobs }) => jobs)).toEqual([4 * MINUTES_PER_DAY, 5 * MINUTES_PER_DAY]);
    expect(jobsThatWait).toBe(MINUTES_PER_DAY);
  });

  test('counts a quota once that targets of two tiers share', () => {
    const shared = target('us-east-1', { requestsPerMinute: 4 });
    // Another profile of the same model.
    const profile = { ...shared, modelId: 'my-profile', model: MODEL, geography: 'us' };

    const { tiers } = plan([tier('primary', shared), tier('secondary', profile)]);

    expect(tiers.map(({ jobs }) => jobs)).toEqual([4 * MINUTES_PER_DAY, 0]);
  });

  test('shares the jobs of a tier by weight, and what one has no quota for goes to the others', () => {
    const jobsOf = (limited?: QuotaLimits) =>
      plan([
        tier(
          'primary',
          target('us-east-1', limited, 3),
          target('us-west-2', { requestsPerMinute: 100 }),
        ),
      ]).tiers[0]?.targets.map(({ jobs }) => jobs);

    expect(jobsOf({ requestsPerMinute: 100 })).toEqual([10_800, 3_600]);
    expect(jobsOf({ requestsPerMinute: 1 })).toEqual([1_440, 12_960]);
  });

  test('has no limit for a target whose quota is unknown, and says which quota it needs', () => {
    const { tiers, asks } = plan([tier('primary', target('us-east-1'))]);

    expect(tiers[0]).not.toHaveProperty('fits');
    expect(tiers[0]).toMatchObject({ jobs: 14_400, targets: [{ limits: [] }] });
    expect(asks).toEqual([
      {
        region: 'us-east-1',
        quota: 'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5',
        code: 'L-F4DDD3EB',
        needed: 15_000,
      },
    ]);
  });

  test('asks for the quota of a model whose name in Service Quotas is unknown by its id', () => {
    const nova = { region: 'us-east-1', modelId: 'nobody.knows-it' };

    const { asks } = plan([tier('primary', nova)]);

    expect(asks).toMatchObject([
      { quota: 'On-demand model inference tokens per minute for nobody.knows-it' },
    ]);
  });

  test('has no job for a model to which the account has no access, and asks for its quota', () => {
    const applied = {
      checkedAtMs: 0,
      limits: {},
      tokensPerDay: {},
      withoutAccess: [`us-east-1/geo/${MODEL}`, 'us-west-2/day'],
    };

    const { tiers, asks } = plan(
      [
        tier('primary', target('us-east-1')),
        tier('second', target('us-west-2', { requestsPerMinute: 9 })),
      ],
      { applied },
    );

    expect(tiers.map(({ fits }) => fits)).toEqual([0, 0]);
    expect(asks).toMatchObject([{ code: 'L-F4DDD3EB', value: 0, needed: 15_000 }]);
  });

  test('uses the quotas of the account where the settings have none', () => {
    const applied = (requestsPerMinute: number) => ({
      checkedAtMs: 0,
      limits: { [`us-east-1/geo/${MODEL}`]: { requestsPerMinute } },
      tokensPerDay: { 'us-east-1': 1_500 * 1_000 * requestsPerMinute },
      withoutAccess: [],
    });
    const fits = (quota: QuotaLimits | undefined, given: Given) =>
      plan([tier('primary', target('us-east-1', quota))], given).tiers[0]?.fits;

    expect(fits(undefined, { applied: applied(1) })).toBe(1_000);
    expect(fits(undefined, { applied: applied(3) })).toBe(3_000);
    expect(fits({ requestsPerMinute: 1 }, { applied: applied(3) })).toBe(1_440);
    expect(fits(undefined, { applied: applied(3), tokensPerDay: { 'us-east-1': 3_000 } })).toBe(2);
  });

  test('leaves less of a minute’s quota for the average minute if one minute is busier', () => {
    const primary = tier('primary', target('us-east-1', { requestsPerMinute: 8 }));

    const { tiers } = plan([primary], { workload: { peak: 2 } });

    expect(tiers[0]).toMatchObject({ fits: 4 * MINUTES_PER_DAY });
  });

  test('asks for what is missing for all jobs on the first tier, and for nothing else', () => {
    const enough = { requestsPerMinute: 10, tokensPerMinute: 15_000 };
    const tooLow = { requestsPerMinute: 9, tokensPerMinute: 14_000 };
    const asksFor = (quota: QuotaLimits, tokensPerDay = 21_600_000) =>
      plan([tier('primary', target('us-east-1', quota))], {
        tokensPerDay: { 'us-east-1': tokensPerDay },
      }).asks;

    expect(asksFor(enough)).toEqual([]);
    expect(asksFor(tooLow, 20_000_000)).toMatchObject([
      { quota: expect.stringMatching(/ requests per minute for /), value: 9, needed: 10 },
      { quota: expect.stringMatching(/ tokens per minute for /), value: 14_000, needed: 15_000 },
      { quota: 'Cross-Model Max Tokens Per Day', value: 20_000_000, needed: 22_000_000 },
    ]);
  });

  test('asks for no quota that the other targets of the tier make up for', () => {
    const { asks } = plan([
      tier(
        'primary',
        target('us-east-1', { requestsPerMinute: 1 }),
        target('us-west-2', { requestsPerMinute: 9 }),
      ),
    ]);

    expect(asks).toEqual([]);
  });

  test('offers a lower maxTokens if only the holds exceed the quota', () => {
    const primary = tier('primary', target('us-east-1', { tokensPerMinute: 30_000 }));

    const { asks } = plan([primary], { workload: { answerSeconds: 120 } });

    // 20 calls run at the same time.
    expect(asks).toMatchObject([{ value: 30_000, needed: 40_000, orMaxTokens: 500 }]);
  });

  test('leaves out a target whose window is too small', () => {
    const { tiers, jobsThatWait } = plan([tier('primary', target('us-east-1'))], {
      workload: { inputTokens: 200_001 },
    });

    expect(tiers[0]?.targets).toEqual([]);
    expect(jobsThatWait).toBe(14_400);
  });

  test('cuts answers at the maxTokens of the tier', () => {
    const small = { ...tier('primary', target('us-east-1')), maxTokens: 50 };

    const { tiers } = plan([small]);

    expect(tiers[0]?.targets[0]?.call).toMatchObject({ maxTokens: 50, usedTokens: 1_250 });
  });

  test('counts the sandboxes for the jobs that run at the same time', () => {
    const { workers } = plan([tier('primary', target('us-east-1'))], {
      workload: { jobsPerDay: 86_400, answerSeconds: 100 },
      jobs: { batchSize: 10, workerConcurrency: 12 },
    });

    // 100 on average, and three times the root of that.
    expect(workers).toEqual({
      jobsAtOnce: 130,
      sandboxes: 13,
      workerConcurrency: 12,
      batchSize: 10,
    });
  });

  test('has the cost at list price, and none if the price of a serving target is unknown', () => {
    const sonnet = target('us-east-1', { requestsPerMinute: 5 });
    const other = { region: 'us-east-1', modelId: 'nobody.knows-it' };

    // $3 and $15 for a million tokens of input and output.
    expect(plan([tier('primary', target('us-east-1'))]).costUsdPerDay).toBeCloseTo(14_400 * 0.0045);
    expect(plan([tier('primary', sonnet), tier('other', other)])).not.toHaveProperty(
      'costUsdPerDay',
    );
  });

  test('allows the rate at which the workers’ own quota gate makes no call wait', async () => {
    const waitsAt = async (jobsPerMinute: number) => {
      const { ask, clock } = aQuotaWorld({ quota: { tokensPerMinute: 60_000 } });
      let waits = 0;
      for (let i = 0; i < 600; i++) {
        const admission = await ask({ inputTokens: 1_000, maxTokens: 1_000 });
        if (admission?.admitted)
          await admission.hold.settle({ inputTokens: 1_000, outputTokens: 100 });
        else waits++;
        clock.nowMs += 60_000 / jobsPerMinute;
      }
      return waits;
    };
    const primary = tier('primary', target('us-east-1', { tokensPerMinute: 60_000 }));
    const fits = plan([primary]).tiers[0]?.fits ?? 0;

    expect(await waitsAt(fits / MINUTES_PER_DAY)).toBe(0);
    expect(await waitsAt((1.1 * fits) / MINUTES_PER_DAY)).toBeGreaterThan(0);
  });
});

describe('holdfast plan', () => {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-plan-'));
  const config = join(folder, 'settings.json');
  const tiers = [
    tier('primary', target('us-east-1', { requestsPerMinute: 6 })),
    tier('last', target('us-west-2')),
  ];
  writeFileSync(config, JSON.stringify({ chains: { strong: { tiers }, fast: { tiers } } }));
  afterAll(() => rmSync(folder, { recursive: true }));
  const jobs = ['--jobs-per-day', '14400', '--input', '1000', '--output', '100'];
  const run = (...args: string[]) => holdfast(['plan', ...jobs, '--config', config, ...args]);

  test('prints which limit is reached first, the jobs of each tier and the quota to ask for', async () => {
    const { exit, stdout, stderr } = await run();

    expect(stdout).toContain('Chain strong: 14,400 jobs a day, evenly over the day (10 a minute).');
    expect(stdout).toContain('Tier primary: 8,640 jobs a day; its quotas allow 8,640\n');
    expect(stdout).toMatch(/requests per minute 6 +allow 8,640 jobs a day \(reached first\)/);
    expect(stdout).toContain('Tier last: 5,760 jobs a day; not all of its quotas are known\n');
    expect(stdout).toContain(
      'us-east-1: Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5 (L-4A6BFAB1): 10 (now 6)',
    );
    expect(stdout).toContain('Cost at list price: $64.80 a day, $1,944.00 in 30 days');
    expect(stderr).toBe('Some quotas are unknown. Next: the same with --account\n');
    expect(exit).toBe(EXIT.ok);
  });

  test('with --json prints one document', async () => {
    const { stdout } = await run(
      '--json',
      '--chain',
      'fast',
      '--peak',
      '2.5',
      '--answer-seconds',
      '7',
    );

    expect(JSON.parse(stdout)).toMatchObject({
      chain: 'fast',
      workload: { jobsPerDay: 14_400, peak: 2.5, answerSeconds: 7 },
      tiers: [{ tier: 'primary', jobs: 3_456 }, { tier: 'last' }],
      asks: [{ needed: 25 }],
    });
  });

  test.each([
    [
      ['--jobs-per-day', '0'],
      '--jobs-per-day <n>: got 0, allowed is a whole number from 1 to 999999999',
    ],
    [
      ['--input', '1.5'],
      '--input <tokens>: got 1.5, allowed is a whole number from 1 to 999999999',
    ],
    [['--peak', '-1'], '--peak <factor>: got -1, allowed is a number above 0'],
    [['--chain', 'slow'], '--chain: got slow, allowed is one of strong, fast'],
    [['--profile', 'work'], '--profile: got one without --account, allowed is none'],
    [['--max-tokens', '99'], '--output: got 100, allowed is at most 99, the --max-tokens'],
    [
      ['--answer-seconds', '601'],
      '--answer-seconds: got 601, allowed is at most 600, the jobs.answerSeconds of the settings',
    ],
  ])('refuses %j in one line', async (args, message) => {
    const { exit, stdout, stderr } = await run(...args);

    expect(stderr.split(';')[0]?.trim()).toBe(message);
    expect(stdout).toBe('');
    expect(exit).toBe(EXIT.usage);
  });

  test('refuses settings that cannot be used with their faults', async () => {
    writeFileSync(join(folder, 'wrong.json'), JSON.stringify({ tiers: [] }));

    const { exit, stderr } = await run('--config', join(folder, 'wrong.json'));

    expect(stderr).toContain('wrong.json is not usable:\n  tiers: got []');
    expect(exit).toBe(EXIT.rejected);
  });

  describe('with --account', () => {
    const { env } = process;
    let account: FakeAccount;
    beforeAll(async () => {
      account = await startFakeAccount();
      env.AWS_ENDPOINT_URL_SERVICE_QUOTAS = account.url;
      env.AWS_ACCESS_KEY_ID = 'local';
      env.AWS_SECRET_ACCESS_KEY = 'local';
    });
    afterAll(() => account.stop());

    test('uses the quotas of the account where the settings have none', async () => {
      const west = listedQuota(target('us-west-2'), 'requests', 3);
      account.set({ quotas: { bedrock: [west, { ...TOKENS_PER_DAY, value: 15_000_000 }] } });

      const { stdout } = await run('--account', '--json');

      const [primary, last] = JSON.parse(stdout).tiers;
      expect(primary).toMatchObject({ fits: 6 * MINUTES_PER_DAY });
      expect(last.targets[0].limits).toMatchObject([
        { name: 'requests per minute', value: 3 },
        { name: 'tokens per day', value: 15_000_000 },
      ]);
    });

    test('names the right that the credentials lack', async () => {
      account.set({
        faults: { ListServiceQuotas: { status: 400, code: 'AccessDeniedException' } },
      });

      const { exit, stderr } = await run('--account');

      expect(stderr).toContain('your user or role lacks the right servicequotas:ListServiceQuotas');
      expect(exit).toBe(EXIT.refused);
    });
  });
});
