/**
 * Outages of kinds that call for patience of their own, in virtual time. In each: no job is lost or
 * doubled, none is served below its `minTier` or outside its `regions`, and an open circuit lets
 * nothing through but probes.
 */
import { describe, expect, jest, test } from '@jest/globals';
import { type SettingsInput, targetKey } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import { rigSettings } from './chains.ts';
import { type Figures, figuresOf, type Replay } from './figures.ts';
import { BEFORE_SECONDS, JOBS_PER_SECOND, type Outage, onPrimary } from './outages.ts';
import { type SimulationOptions, simulate } from './simulate.ts';

/** A second each on an idle machine. */
jest.setTimeout(60_000);

const SETTINGS = rigSettings('paired');
const [PRIMARY, SECONDARY] = SETTINGS.tiers;
const PRIMARIES = (PRIMARY?.targets ?? []).map(targetKey);
const { cooldownSeconds, recoveryStages } = SETTINGS.breaker;

/** A third of the jobs want no less than the second tier, a third stay in one region. */
function bounds(n: number) {
  if (n % 3 === 0) return { minTier: SECONDARY?.name };
  return n % 3 === 1 ? { regions: ['us-west-2'] } : {};
}

async function play(outage: Outage, options: Partial<SimulationOptions> = {}) {
  const given = { settings: SETTINGS, outage, seed: 1, pollers: 2, bounds, ...options };
  const replay = await simulate(given);
  const figures = figuresOf(replay);
  expectNothingAmiss(figures);
  return { replay, figures };
}

function expectNothingAmiss(figures: Figures): void {
  expect(figures).toMatchObject({ lostJobs: 0, doubledJobs: 0 });
  expect(figures).toMatchObject({ callsOutOfBounds: 0, strayCalls: 0, callsBeyondStage: 0 });
}

function settingsWith(breaker: SettingsInput['breaker']) {
  return parseSettings({ ...SETTINGS, breaker: { ...SETTINGS.breaker, ...breaker } }, 'a test');
}

function openings({ changes }: Replay, key: string) {
  return changes.flatMap((change) =>
    change.type === 'opened' && change.key === key ? [change] : [],
  );
}

test('a daily quota keeps its target shut until it starts anew, without a probe', async () => {
  const midnightMs = Date.UTC(2026, 0, 16);
  const seconds = 30;
  const startMs = midnightMs - (BEFORE_SECONDS + seconds) * 1000;
  const rules = () => onPrimary(SETTINGS, { fault: 'throttle-day' });

  const { replay, figures } = await play({ seconds, rules }, { startMs });

  for (const key of PRIMARIES) {
    expect(openings(replay, key)).toMatchObject([{ untilMs: midnightMs }]);
    expect(replay.changes.findLast((change) => change.key === key)?.type).toBe('closed');
  }
  expect(figures.faults).toBeLessThanOrEqual(2 * PRIMARIES.length);
});

test('a target that answers ten times slower is left alone, if the slow rule is on', async () => {
  const settings = settingsWith({ slowCallSeconds: 0.6 });
  const rules = () => onPrimary(settings, { fault: 'slow', factor: 10 });

  const { replay, figures } = await play({ seconds: 20, rules }, { settings });

  for (const key of PRIMARIES) expect(openings(replay, key).length).toBeGreaterThan(0);
  expect(figures.faults).toBe(0);
  expect(figures.medianJobMs).toBeLessThan(300);
  expect(figures.backSeconds).toBeLessThanOrEqual(3);
});

test('a queue estimate keeps a target shut for as long as it says', async () => {
  const expectedQueueDelayInMs = 15_000;
  const rules = () => onPrimary(SETTINGS, { fault: 'unavailable', expectedQueueDelayInMs });

  const { replay } = await play({ seconds: 20, rules });

  for (const key of PRIMARIES) {
    const [first] = openings(replay, key);
    expect((first?.untilMs ?? 0) - (first?.atMs ?? 0)).toBeGreaterThanOrEqual(15_000);
  }
});

test('a lost region is called by probes alone, and the other serves every tier', async () => {
  const rules = () => [{ region: 'us-east-1', fault: 'reset' as const }];

  const { replay, figures } = await play({ seconds: 20, rules });

  const late = replay.jobs.filter(({ createdAt }) => createdAt > replay.brokeAtMs);
  expect(late.filter(({ tier }) => tier !== PRIMARY?.name)).toEqual([]);
  expect(Object.keys(figures.faultsByTarget)).toEqual([PRIMARIES[0]]);
});

describe.each(['end-of-life', 'access-denied'] as const)('%s of one target', (fault) => {
  test('disables it after a few calls; checks grow apart, and it is back by stages', async () => {
    const [target] = PRIMARY?.targets ?? [];
    const seconds = 15;
    const rules = () => [{ region: target?.region, model: target?.modelId, fault }];

    const { replay, figures } = await play({ seconds, rules });

    const inBatches = 3 + JOBS_PER_SECOND;
    const checks = Math.floor(Math.log2(1 + seconds / cooldownSeconds));
    expect(figures.faults).toBeLessThanOrEqual(inBatches + checks);
    expect(replay.changes).toMatchObject([{ type: 'half_opened' }, { type: 'closed' }]);
    expect(figures.primaryShare).toBeGreaterThan(0.95);
  });
});

test('a chain that comes back with half its capacity serves what it can, and loses nothing', async () => {
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

  const { figures } = await play({ seconds, rules });

  const probes = recoveryStages.reduce((sum, permits) => sum + permits, 0);
  expect(figures.faults).toBeLessThan(6 * (probes + seconds / cooldownSeconds));
});
