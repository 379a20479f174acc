import { describe, expect, test } from '@jest/globals';
import { dayQuotaKey, quotaKey } from '../../../lambda/contract/quotas.ts';
import { Quotas } from '../../../lambda/core/admission/quotas.ts';
import type { RunRequest } from '../../../lambda/core/router/run-request.ts';
import { MemoryBucketStore } from '../../../lambda/stores/memory-bucket-store.ts';
import { answers } from '../../support/fake-model-client.ts';
import { aChain, aRouter, aRun, targetOf } from '../../support/router-builders.ts';
import { SILENT } from '../../support/silent-telemetry.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const HOUR_MS = 3_600_000;
const EAST = 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const WEST = 'us-west-2/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const QUOTA = 1_000_000;

/** A router at noon, whose targets have a daily quota each. */
function aWorld(keys: readonly string[]) {
  const targets = keys.map((key, i) => ({ ...targetOf(key), weight: i === 0 ? 1000 : 0.001 }));
  const tokensPerDay = Object.fromEntries(targets.map(({ region }) => [region, QUOTA]));
  const settings = aChain({
    tiers: [{ name: 'primary', targets, maxTokens: 4096 }],
    quotas: { tokensPerDay },
  });
  const clock = new VirtualClock(Date.parse('2026-11-28T12:00:00Z'));
  const buckets = new MemoryBucketStore(() => clock.now());
  const quotas = new Quotas({
    store: buckets,
    newPrivateStore: () => new MemoryBucketStore(() => clock.now()),
    settings: () => settings,
    clock,
    log: SILENT,
  });
  const world = aRouter({ settings, script: answers(), quotas, clock });
  const run = (request: Partial<RunRequest> = {}) =>
    world.router.run(
      aRun({
        deadlineAtMs: clock.nowMs + 24 * HOUR_MS,
        functionEndsAtMs: clock.nowMs + HOUR_MS,
        ...request,
      }),
    );
  const spend = (key: string, tokens: number) =>
    buckets.settle(quotaKey(targetOf(key)), {
      deltaMs: 0,
      used: { hour: '2026-11-28T03', tokens },
    });
  return { ...world, run, spend, clock, buckets };
}

const BATCH = { priority: 'batch' } as const;

describe('a batch job whose Region has no tokens of the day left', () => {
  test('is answered in another Region', async () => {
    const { run, spend, called } = aWorld([EAST, WEST]);
    await spend(EAST, QUOTA);

    expect(await run(BATCH)).toMatchObject({ outcome: 'answered', answer: { servedBy: WEST } });
    expect(await run()).toMatchObject({ outcome: 'answered', answer: { servedBy: EAST } });
    expect(called()).toEqual([WEST, EAST]);
  });

  test('waits for the reset, and spends nothing', async () => {
    const { run, spend, called, clock, buckets } = aWorld([EAST]);
    await spend(EAST, QUOTA);
    const before = await buckets.read([quotaKey(targetOf(EAST)), dayQuotaKey('us-east-1')]);

    expect(await run(BATCH)).toMatchObject({
      outcome: 'deferred',
      unserved: [{ outcome: 'full', untilMs: clock.nowMs + 12 * HOUR_MS }],
      attempts: [{ target: EAST, outcome: 'skipped', reason: 'quota-full' }],
    });
    expect(called()).toEqual([]);
    const after = await buckets.read([quotaKey(targetOf(EAST)), dayQuotaKey('us-east-1')]);
    expect(after).toEqual(before);
  });
});

test('a batch job books its turn when it is near, and is called then, once', async () => {
  const { run, clock, called, buckets } = aWorld([EAST]);
  const key = dayQuotaKey('us-east-1');
  await buckets.hold(key, { tokens: 330_000 }, { burstMs: 1, patienceMs: 0 });

  const deferred = await run(BATCH);

  if (deferred.outcome !== 'deferred' || !deferred.booking) throw new Error(deferred.outcome);
  expect(deferred.booking).toMatchObject({ atMs: clock.nowMs + 30_001, pace: { key } });
  clock.nowMs = deferred.booking.atMs;
  expect(await run({ ...BATCH, booking: deferred.booking })).toMatchObject({ outcome: 'answered' });
  expect(called()).toEqual([EAST]);
  const [pace] = await buckets.read([key]);
  expect(Object.values(pace?.usedTokens ?? {})).toHaveLength(1);
});
