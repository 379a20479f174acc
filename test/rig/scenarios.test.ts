/**
 * Special outages in virtual time. In each of them no job is lost or answered twice, no call
 * is below a job's `minTier` or outside its `regions`, and an open circuit admits only probes.
 */

import { describe, expect, jest, test } from '@jest/globals';
import { type SettingsInput, targetKey } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { defaultTiers } from '../support/settings.ts';
import { rigSettings } from './chains.ts';
import { type Figures, figuresOf } from './figures.ts';
import type { OutageRun } from './outage-run.ts';
import { HEALTHY_SECONDS, JOBS_PER_SECOND, type Outage, onPrimary } from './outages.ts';
import { type OutageOptions, simulate } from './simulate.ts';

/** Each test takes about a second on an idle machine. */
jest.setTimeout(60_000);

const SETTINGS = rigSettings('paired');
const [PRIMARY, SECONDARY] = defaultTiers(SETTINGS);
const PRIMARIES = (PRIMARY?.targets ?? []).map(targetKey);
const { cooldownSeconds, recoveryStages } = SETTINGS.breaker;

/** Returns a job's bounds: a third allow only the first two tiers, and a third only one region. */
function bounds(n: number) {
  if (n % 3 === 0) return { minTier: SECONDARY?.name };
  return n % 3 === 1 ? { regions: ['us-west-2'] } : {};
}

async function run(outage: Outage, options: Partial<OutageOptions> = {}) {
  const simulation = { settings: SETTINGS, outage, seed: 1, pollers: 2, bounds, ...options };
  const record = await simulate(simulation);
  const figures = figuresOf(record);
  expectPromisesKept(figures);
  return { record, figures };
}

function expectPromisesKept(figures: Figures): void {
  expect(figures).toMatchObject({ lostJobs: 0, jobsAnsweredTwice: 0 });
  expect(figures).toMatchObject({ callsOutOfBounds: 0, callsWhileOpen: 0, callsBeyondPermits: 0 });
}

function settingsWith(breaker: SettingsInput['breaker']) {
  return parseSettings({ ...SETTINGS, breaker: { ...SETTINGS.breaker, ...breaker } }, 'a test');
}

function openings({ changes }: OutageRun, key: string) {
  return changes.flatMap((change) =>
    change.type === 'opened' && change.key === key ? [change] : [],
  );
}

test('a used-up daily quota opens the circuit once, without a probe until the quota resets', async () => {
  const midnightMs = Date.UTC(2026, 0, 16);
  const seconds = 30;
  const startMs = midnightMs - (HEALTHY_SECONDS + seconds) * 1000;
  const rules = () => onPrimary(SETTINGS, { fault: 'throttle-day' });

  const { record, figures } = await run({ seconds, rules }, { startMs });

  for (const key of PRIMARIES) {
    expect(openings(record, key)).toMatchObject([{ untilMs: midnightMs }]);
    expect(record.changes.findLast((change) => change.key === key)?.type).toBe('closed');
  }
  expect(figures.failures).toBeLessThanOrEqual(2 * PRIMARIES.length);
});

test('the slow-call rule opens the circuit of a target that answers ten times slower, and jobs stay fast', async () => {
  const settings = settingsWith({ slowFirstTokenSeconds: 0.6 });
  const rules = () => onPrimary(settings, { fault: 'slow', factor: 10 });

  const { record, figures } = await run({ seconds: 20, rules }, { settings });

  for (const key of PRIMARIES) expect(openings(record, key).length).toBeGreaterThan(0);
  expect(figures.failures).toBe(0);
  expect(figures.medianJobMs).toBeLessThan(300);
  // A target gets about half of the jobs, so its 16 probes take a little more than 3 s.
  expect(figures.recoverySeconds).toBeLessThanOrEqual(4);
});

test('a queue estimate keeps the circuit open for at least the estimated time', async () => {
  const expectedQueueDelayInMs = 15_000;
  const rules = () => onPrimary(SETTINGS, { fault: 'unavailable', expectedQueueDelayInMs });

  const { record } = await run({ seconds: 20, rules });

  for (const key of PRIMARIES) {
    const [first] = openings(record, key);
    expect((first?.untilMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(15_000);
  }
});

test('when a region resets connections, one target fails and the other region serves the first tier', async () => {
  const rules = () => [{ region: 'us-east-1', fault: 'reset' as const }];

  const { record, figures } = await run({ seconds: 20, rules });

  const duringOutage = record.jobs.filter(({ createdAt }) => createdAt > record.outageStartMs);
  expect(duringOutage.filter(({ tier }) => tier !== PRIMARY?.name)).toEqual([]);
  expect(Object.keys(figures.failuresByTarget)).toEqual([PRIMARIES[0]]);
});

describe.each(['end-of-life', 'access-denied'] as const)('%s of one target', (fault) => {
  test('disables it after a few calls, checks it at growing intervals, and recovers in stages', async () => {
    const [target] = PRIMARY?.targets ?? [];
    const seconds = 15;
    const rules = () => [{ region: target?.region, model: target?.modelId, fault }];

    const { record, figures } = await run({ seconds, rules });

    const beforeDisabled = 3 + JOBS_PER_SECOND;
    const checks = Math.floor(Math.log2(1 + seconds / cooldownSeconds));
    expect(figures.failures).toBeLessThanOrEqual(beforeDisabled + checks);
    expect(record.changes).toMatchObject([{ type: 'half_opened' }, { type: 'closed' }]);
    expect(figures.primaryShare).toBeGreaterThan(0.95);
  });
});

test('a chain that returns with half its capacity loses no job and fails few calls', async () => {
  const seconds = 24;
  const perTarget = JOBS_PER_SECOND / 2 / 6;
  const rules = () => [
    { fault: 'unavailable' as const, forSeconds: 8 },
    {
      fault: 'quota' as const,
      atSeconds: 8,
      requestsPerMinute: perTarget * cooldownSeconds,
      minuteSeconds: cooldownSeconds,
    },
  ];

  const { figures } = await run({ seconds, rules });

  const probes = recoveryStages.reduce((sum, permits) => sum + permits, 0);
  expect(figures.failures).toBeLessThan(6 * (probes + seconds / cooldownSeconds));
});
