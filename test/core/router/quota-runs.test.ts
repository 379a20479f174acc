import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import type { Target } from '../../../lambda/contract/policy.ts';
import { quotaKey } from '../../../lambda/contract/quotas.ts';
import { Quotas } from '../../../lambda/core/admission/quotas.ts';
import type { RunRequest } from '../../../lambda/core/router/run-request.ts';
import type { RunResult } from '../../../lambda/core/router/run-result.ts';
import { MemoryBucketStore } from '../../../lambda/stores/memory-bucket-store.ts';
import { answers, fails, type ModelScript } from '../../support/fake-model-client.ts';
import { aChain, aLease, aRouter, aRun, targetOf } from '../../support/router-builders.ts';
import { SILENT } from '../../support/silent-telemetry.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';

const PRIMARY = 'us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const WEST = 'us-west-2/us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const FALLBACK = 'us-east-1/us.anthropic.claude-haiku-4-5-20251001-v1:0';

/** Each call takes 6 s of the quota, and 3 s of it may be used at once. */
const TEN_A_MINUTE = { requestsPerMinute: 10 };

/** A router with a primary that has a quota, and a fallback without one. */
function aWorld(
  script: ModelScript = answers(),
  given: {
    readonly patienceSeconds?: number;
    readonly isAlone?: boolean;
    /** Other targets of the primary tier, which get almost no traffic while it serves. */
    readonly others?: readonly Target[];
  } = {},
) {
  const tier = (name: string, key: string, quota?: typeof TEN_A_MINUTE) => ({
    name,
    targets: [{ ...targetOf(key), ...(quota && { quota }) }],
    maxTokens: 4096,
  });
  const { isAlone, others = [], ...patience } = given;
  const primary = tier('primary', PRIMARY, TEN_A_MINUTE);
  const later = others.map((target) => ({ ...target, weight: 0.001 }));
  const first = { ...primary, ...patience, targets: [...primary.targets, ...later] };
  const tiers = isAlone ? [first] : [first, tier('fallback', FALLBACK)];
  const settings = aChain({ tiers, quotas: { burstSeconds: 3 } });
  const clock = new VirtualClock(1_000_000);
  const buckets = new MemoryBucketStore(() => clock.now());
  const quotas = new Quotas({
    store: buckets,
    newPrivateStore: () => new MemoryBucketStore(() => clock.now()),
    settings: () => settings,
    clock,
    log: SILENT,
  });
  const world = aRouter({ settings, script, quotas, clock });
  const run = (request: Partial<RunRequest> = {}) => world.router.run(aRun(request));
  const fill = async (jobs: number) => {
    for (let i = 0; i < jobs; i++) await run({ whenOpen: 'queue' });
  };
  /** How far the requests of the primary's quota are spent beyond the present, in milliseconds. */
  const spentMs = async () => {
    const [bucket] = await buckets.read([quotaKey(targetOf(PRIMARY))]);
    return (bucket?.spentUntil.requests ?? 0) - clock.nowMs;
  };
  return { ...world, run, fill, clock, buckets, spentMs };
}

function bookingOf(result: RunResult) {
  if (result.outcome !== 'deferred' || !result.booking) throw new Error(`got ${result.outcome}`);
  return result.booking;
}

describe('a run within the quotas', () => {
  test('calls the first tier while its quota lasts', async () => {
    const { run, called } = aWorld();

    expect(await run()).toMatchObject({ outcome: 'answered', answer: { servedBy: PRIMARY } });
    expect(called()).toEqual([PRIMARY]);
  });

  test('waits for a turn that is less than a second away, without another message', async () => {
    const { run, clock } = aWorld();
    await run();
    clock.nowMs += 2_500;
    const atMs = clock.nowMs;

    expect(await run()).toMatchObject({ outcome: 'answered', answer: { servedBy: PRIMARY } });
    expect(clock.nowMs - atMs).toBe(501);
  });

  test('books a turn within the patience of its tier, and is called in its turn', async () => {
    const { run, clock, called } = aWorld();
    await run();

    const deferred = await run();

    const booking = bookingOf(deferred);
    expect(deferred).toMatchObject({
      unserved: [{ outcome: 'booked', untilMs: booking.atMs }],
      attempts: [{ target: PRIMARY, outcome: 'skipped', reason: 'quota-full' }],
    });
    clock.nowMs = booking.atMs;
    expect(await run({ booking })).toMatchObject({ outcome: 'answered' });
    expect(called()).toEqual([PRIMARY, PRIMARY]);
  });

  test('goes to another Region while the first one is full (manaflow-ai/subrouter PR 61: 86 % throttled)', async () => {
    const { run, called } = aWorld(answers(), {
      others: [{ ...targetOf(WEST), quota: TEN_A_MINUTE }],
    });
    for (const _ of [1, 2]) await run();

    expect(called()).toEqual([PRIMARY, WEST]);
    expect(bookingOf(await run())).toMatchObject({ key: quotaKey(targetOf(PRIMARY)) });
  });

  test('stays in its Region while there is quota (manaflow-ai/subrouter PR 275: rotation lost prompt caches)', async () => {
    const { run, called, clock } = aWorld(answers(), { others: [targetOf(WEST)] });
    for (const _ of [1, 2, 3, 4]) {
      await run();
      clock.nowMs += 6_000;
    }

    expect(called()).toEqual([PRIMARY, PRIMARY, PRIMARY, PRIMARY]);
  });

  test('books the turns of several jobs one after the other', async () => {
    const { run, clock } = aWorld();
    await run();

    const turns = [bookingOf(await run()).atMs, bookingOf(await run()).atMs];

    expect(turns.map((atMs) => atMs - clock.nowMs)).toEqual([3_001, 9_001]);
  });

  test('uses its booking for one call, although two of its targets share the quota', async () => {
    const profile = 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc';
    const { modelId } = targetOf(PRIMARY);
    const same = {
      region: 'us-east-1',
      modelId: profile,
      model: modelId.slice(3),
      geography: 'us',
    };
    const { run, models, called, clock, spentMs } = aWorld(answers(), { others: [same] });
    await run();
    const booking = bookingOf(await run());
    clock.nowMs = booking.atMs;
    models.follow(fails('capacity'));

    const result = await run({ booking });

    // The first target has used the booking, so the second one needs a hold of its own.
    expect(called()).toEqual([PRIMARY, PRIMARY]);
    expect(bookingOf(result).atMs - clock.nowMs).toBe(6_000);
    expect(await spentMs()).toBe(2_999 + 2 * 6_000);
  });

  test('goes to the next tier when the wait is longer than the patience, and counts no failure', async () => {
    const { run, circuits } = aWorld(answers(), { patienceSeconds: 5 });
    await run();
    await run();

    expect(await run()).toMatchObject({
      outcome: 'answered',
      answer: { servedBy: FALLBACK, degraded: true },
      attempts: [
        { target: PRIMARY, outcome: 'skipped', reason: 'quota-full' },
        { target: FALLBACK, outcome: 'answered' },
      ],
    });
    const kinds = circuits.settled
      .filter(({ key }) => key === PRIMARY)
      .map(({ outcome }) => outcome.kind);
    expect(kinds).toEqual(['success', 'ignored', 'ignored', 'ignored']);
  });

  describe('with two targets whose quota is used up', () => {
    const west = { ...targetOf(WEST), quota: { requestsPerMinute: 60 } };
    // The primary is free in 3 s, and the other target in a second.
    const full = async (script: ModelScript = answers()) => {
      const world = aWorld(script, { others: [west] });
      await world.fill(4);
      return world;
    };

    test('waits for the one that is free first', async () => {
      const { run, models } = await full();
      expect(models.calls.map(({ target }) => target.region)).toEqual([
        ...['us-east-1', 'us-west-2', 'us-west-2', 'us-west-2'],
      ]);

      expect(await run()).toMatchObject({ outcome: 'answered', answer: { servedBy: WEST } });
    });

    test('records each of them once, if the call after the wait fails', async () => {
      let calls = 0;
      const { run } = await full(() => (++calls === 5 ? fails('capacity') : answers()));

      expect((await run()).attempts).toMatchObject([
        { target: WEST, outcome: 'capacity' },
        { target: PRIMARY, outcome: 'skipped', reason: 'quota-full' },
        { target: FALLBACK, outcome: 'answered' },
      ]);
    });
  });

  test('waits as long as it takes in the last tier, beyond a minute without a booking', async () => {
    const { run, fill, clock } = aWorld(answers(), { isAlone: true });
    await fill(11);

    const result = await run();

    expect(result).toMatchObject({ outcome: 'deferred', unserved: [{ outcome: 'full' }] });
    expect(result).not.toHaveProperty('booking');
    clock.nowMs += 7_000;
    expect(bookingOf(await run()).atMs - clock.nowMs).toBeGreaterThan(50_000);
  });

  test('ends a job that does not wait, with the time of its next turn', async () => {
    const { run } = aWorld(answers(), { isAlone: true });
    await run();

    expect(await run({ whenOpen: 'fail' })).toMatchObject({
      outcome: 'unavailable',
      unserved: [{ outcome: 'full' }],
    });
  });

  test('gives the quota back when the job was cancelled before its call', async () => {
    const { run, called } = aWorld();

    expect(await run({ lease: aLease({ before: 'cancelled' }) })).toMatchObject({
      outcome: 'cancelled',
    });
    expect(called()).toEqual([]);
  });

  test('lowers the rate when Bedrock throttles a call that the quota admitted', async () => {
    const { run, buckets } = aWorld(fails('quota-minute'));

    await run({ whenOpen: 'queue' });

    const [bucket] = await buckets.read([
      'us-east-1/geo/anthropic.claude-sonnet-4-5-20250929-v1:0',
    ]);
    expect(bucket?.rate?.share).toBe(0.8);
  });

  test('does not book a turn after which no call fits before the deadline', async () => {
    const { run, clock } = aWorld(answers(), { isAlone: true });
    await run();
    await run();

    const result = await run({ deadlineAtMs: clock.nowMs + 68_000 });

    expect(result).toMatchObject({ outcome: 'deferred', unserved: [{ outcome: 'full' }] });
  });
});

describe('the metrics of quotas', () => {
  test('count a call that the quota does not admit, among the skipped calls', async () => {
    const { run, counts } = aWorld(answers(), { patienceSeconds: 0 });
    await run();
    await run();

    expect(counts).toMatchObject({
      [`${METRIC.quotaSkips} ${PRIMARY}`]: 1,
      [`${METRIC.skippedCalls} ${PRIMARY}`]: 1,
    });
  });

  test('count a throttle of a call that fitted the quota, in total and by target', async () => {
    const { run, counts } = aWorld(fails('quota-minute'));
    await run();

    // The fallback has no known quota.
    expect(counts).toMatchObject({
      [`${METRIC.modelThrottles} ${FALLBACK}`]: 1,
      [`${METRIC.throttledWithinQuota} ${PRIMARY}`]: 1,
      [METRIC.throttledWithinQuota]: 1,
    });
    expect(counts).not.toHaveProperty([`${METRIC.quotaSkips} ${PRIMARY}`]);
  });

  test('count no other failure as a throttle within the quota', async () => {
    const { run, counts } = aWorld(fails('capacity'));
    await run();

    expect(counts).not.toHaveProperty([METRIC.throttledWithinQuota]);
  });
});
