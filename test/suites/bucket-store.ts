import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Bucket, Hold } from '../../lambda/core/admission/bucket.ts';
import type { BucketStore } from '../../lambda/core/admission/bucket-store.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { FakeClock } from '../support/fake-clock.ts';

/** Opens an empty store with this clock. */
export type OpenBucketStore = (now: () => number) => Promise<BucketStore>;

const KEY = 'us-east-1/geo/anthropic.claude-sonnet-4-5';
const BURST_MS = 15_000;
/** The first pause is 417 ms. */
const TIMES = { windowMs: 10_008, burstMs: BURST_MS };
const NOW_ONLY = { burstMs: BURST_MS, patienceMs: 0 };

/** The contract of a store of buckets. `runs`: the tries of the property. */
export function bucketStoreCases(name: string, open: OpenBucketStore, runs: number): void {
  describe(`buckets in ${name}`, () => {
    const begin = async () => {
      const clock = new FakeClock();
      return { clock, store: await open(() => clock.now()) };
    };
    const isAdmitted = async (store: BucketStore, hold: Hold) =>
      (await store.hold(KEY, hold, NOW_ONLY)).admitted;

    test('admit holds until the burst is spent, and say how long the next one waits', async () => {
      const { clock, store } = await begin();
      for (const _ of [1, 2, 3]) expect(await isAdmitted(store, { tokens: 5_000 })).toBe(true);

      const refused = await store.hold(KEY, { tokens: 5_000 }, NOW_ONLY);

      expect(refused).toMatchObject({ admitted: false, waitMs: 1 });
      await clock.advance(1);
      expect(await isAdmitted(store, { tokens: 5_000 })).toBe(true);
      expect(await store.hold(KEY, { tokens: 1 }, NOW_ONLY)).toMatchObject({ waitMs: 5_000 });
      await clock.advance(4_999);
      expect(await isAdmitted(store, { tokens: 1 })).toBe(false);
      await clock.advance(1);
      expect(await isAdmitted(store, { tokens: 1 })).toBe(true);
    });

    test('write nothing when they refuse (BerriAI/litellm PR 27001: refusals emptied the bucket)', async () => {
      const { store } = await begin();
      await store.hold(KEY, { tokens: 20_000, requests: 10 }, NOW_ONLY);
      const before = await store.read([KEY]);

      for (const _ of [1, 2, 3, 4, 5]) {
        expect(await isAdmitted(store, { tokens: 1_000, requests: 10 })).toBe(false);
      }

      expect(await store.read([KEY])).toEqual(before);
    });

    test('book a hold beyond the burst for the time when its turn comes, in the order of asking', async () => {
      const { clock, store } = await begin();
      const patient = { burstMs: BURST_MS, patienceMs: 10_000 };
      await store.hold(KEY, { tokens: 16_000 }, patient);

      const waits = [];
      for (const _ of [1, 2, 3, 4]) {
        const { admitted, waitMs } = await store.hold(KEY, { tokens: 4_000 }, patient);
        waits.push([admitted, waitMs]);
      }

      expect(waits).toEqual([
        [true, 1_001],
        [true, 5_001],
        [true, 9_001],
        [false, 3_001],
      ]);
      await clock.advance(3_001);
      expect(await store.hold(KEY, { tokens: 4_000 }, patient)).toMatchObject({
        admitted: true,
        waitMs: 10_000,
      });
    });

    test('exceed the burst by at most one hold when many workers race (BerriAI/litellm 18730)', async () => {
      const { store } = await begin();
      const hold = { tokens: 2_000 };

      const race = Array.from({ length: 40 }, () => store.hold(KEY, hold, NOW_ONLY));
      const admitted = (await Promise.all(race)).filter((each) => each.admitted);

      // 7 × 2 s are within 15 s, and the eighth hold runs into debt.
      expect(admitted).toHaveLength(8);
    });

    test('do not starve a large hold beside small ones, although it exceeds the burst', async () => {
      const { clock, store } = await begin();
      await store.hold(KEY, { tokens: 20_000 }, NOW_ONLY);
      const large = await store.hold(KEY, { tokens: 12_000 }, NOW_ONLY);
      const small = await store.hold(KEY, { tokens: 10 }, NOW_ONLY);

      expect(large).toMatchObject({ admitted: false, waitMs: 5_001 });
      expect(small).toMatchObject({ admitted: false, waitMs: 5_001 });
      await clock.advance(5_001);
      expect(await isAdmitted(store, { tokens: 12_000 })).toBe(true);
    });

    test('admit a hold larger than the whole burst (BerriAI/litellm PR 29191: refused for ever)', async () => {
      const { store } = await begin();

      expect(await isAdmitted(store, { tokens: 10 * BURST_MS })).toBe(true);
    });

    test('take tokens and requests together, or neither', async () => {
      const { store } = await begin();
      await store.hold(KEY, { tokens: 100, requests: 16_000 }, NOW_ONLY);

      expect(await store.hold(KEY, { tokens: 100, requests: 100 }, NOW_ONLY)).toMatchObject({
        admitted: false,
        waitMs: 1_001,
      });
      expect(await isAdmitted(store, { tokens: 100 })).toBe(true);
    });

    test('give back what a call did not use, and take what it used beyond its hold', async () => {
      const { clock, store } = await begin();
      await store.hold(KEY, { tokens: 30_000 }, NOW_ONLY);

      await store.settle(KEY, { deltaMs: -25_000 });
      expect(await untilOf(store, clock)).toBe(5_000);
      await store.settle(KEY, { deltaMs: 20_000 });
      expect(await untilOf(store, clock)).toBe(25_000);
      expect(await isAdmitted(store, { tokens: 1 })).toBe(false);
    });

    test('are as full as a burst after a late refund, not fuller (BerriAI/litellm: refunds into a newer window)', async () => {
      const { clock, store } = await begin();
      await store.hold(KEY, { tokens: 10_000 }, NOW_ONLY);
      await clock.advance(60_000);
      await store.settle(KEY, { deltaMs: -9_000 });

      for (const _ of [1, 2, 3]) expect(await isAdmitted(store, { tokens: 5_000 })).toBe(true);
      expect(await isAdmitted(store, { tokens: 1 })).toBe(false);
    });

    test('take what a call used beyond its hold from the present on, when the bucket was idle', async () => {
      const { clock, store } = await begin();
      await store.hold(KEY, { tokens: 1_000 }, NOW_ONLY);
      await clock.advance(60_000);

      await store.settle(KEY, { deltaMs: 4_000 });

      expect(await untilOf(store, clock)).toBe(4_000);
    });

    test('count the tokens that calls have used by hour, with the write that settles the call', async () => {
      const { clock, store } = await begin();
      await store.hold(KEY, { tokens: 1_000 }, NOW_ONLY);
      const hour = '2026-11-28T18';
      await store.settle(KEY, { deltaMs: -500, used: { hour, tokens: 300 } });
      await store.settle(KEY, { deltaMs: 0, used: { hour, tokens: 40 } });
      await store.settle(KEY, { deltaMs: 200, used: { hour: '2026-11-28T19', tokens: 5 } });
      await store.settle(KEY, { deltaMs: 0 });

      const [bucket] = await store.read([KEY]);
      expect(bucket?.usedTokens).toEqual({ '2026-11-28T18': 340, '2026-11-28T19': 5 });
      expect(await untilOf(store, clock)).toBe(700);
    });

    test('lose no count when many workers settle at the same time', async () => {
      const { store } = await begin();
      const settle = (tokens: number) =>
        store.settle(KEY, { deltaMs: 0, used: { hour: '2026-11-28T18', tokens } });

      await Promise.all(Array.from({ length: 20 }, () => settle(7)));

      expect((await store.read([KEY]))[0]?.usedTokens).toEqual({ '2026-11-28T18': 140 });
    });

    test('forget the counts of hours that no day needs any more', async () => {
      const { store } = await begin();
      const hours = ['2026-11-27T18', '2026-11-27T19', '2026-11-28T18', '2026-11-28T19'];

      for (const hour of hours) await store.settle(KEY, { deltaMs: 0, used: { hour, tokens: 1 } });

      const [bucket] = await store.read([KEY]);
      expect(Object.keys(bucket?.usedTokens ?? {}).sort()).toEqual(hours.slice(1));
    });

    test('forget a hold that nobody settles', async () => {
      const { clock, store } = await begin();
      await store.hold(KEY, { tokens: 40_000 }, NOW_ONLY);
      await clock.advance(40_000);

      expect(await untilOf(store, clock)).toBe(0);
      for (const _ of [1, 2, 3]) expect(await isAdmitted(store, { tokens: 5_000 })).toBe(true);
      expect(await isAdmitted(store, { tokens: 5_000 })).toBe(false);
    });

    test('leave 80 % of the rate after a throttle, once a window and not below 10 %', async () => {
      const { clock, store } = await begin();

      expect((await store.correct(KEY, TIMES))?.share).toBe(0.8);
      await clock.advance(9_000);
      expect((await store.correct(KEY, TIMES))?.share).toBe(0.8);
      await clock.advance(51_000);
      expect((await store.correct(KEY, TIMES))?.share).toBeCloseTo(0.68);
      for (let i = 0; i < 12; i++) {
        await clock.advance(10_008);
        await store.correct(KEY, TIMES);
      }
      expect((await store.read([KEY]))[0]?.rate?.share).toBe(0.1);
    });

    test('pause after a throttle, and admit one by one as the quota flows in', async () => {
      const { clock, store } = await begin();
      await store.hold(KEY, { tokens: 1_000, requests: 500 }, NOW_ONLY);

      expect(await store.correct(KEY, TIMES)).toMatchObject({ pausedUntilMs: clock.now() + 417 });

      const refused = await store.hold(KEY, { tokens: 1_000, requests: 500 }, NOW_ONLY);
      expect(refused).toMatchObject({ admitted: false, waitMs: 418 });
      await clock.advance(418);
      expect(await isAdmitted(store, { tokens: 1_000, requests: 500 })).toBe(true);
      expect(await isAdmitted(store, { tokens: 1_000, requests: 500 })).toBe(false);
    });

    test('pause for no time that a bucket which was never used has to make up for', async () => {
      const { store } = await begin();

      await store.correct(KEY, TIMES);

      expect((await store.read([KEY]))[0]?.spentUntil).toEqual({});
    });

    test('correct the rate once when many workers are throttled at the same time', async () => {
      const { store } = await begin();

      const corrections = await Promise.all([1, 2, 3, 4].map(() => store.correct(KEY, TIMES)));

      expect(corrections.filter((each) => each)).toHaveLength(1);
      expect((await store.read([KEY]))[0]?.rate?.share).toBe(0.8);
    });

    test('are empty and apart from each other', async () => {
      const { store } = await begin();
      await store.hold(KEY, { tokens: 20_000 }, NOW_ONLY);

      expect(await store.read(['eu-west-1/geo/x'])).toEqual([{ spentUntil: {} }]);
      expect((await store.hold('eu-west-1/geo/x', { tokens: 1 }, NOW_ONLY)).admitted).toBe(true);
    });

    test('follow the pure rules under any sequence of operations', async () => {
      await fc.assert(
        fc.asyncProperty(fc.array(operation, { maxLength: 25 }), async (operations) => {
          const clock = new FakeClock();
          const [store, model] = [
            await open(() => clock.now()),
            new MemoryBucketStore(() => clock.now()),
          ];
          for (const each of operations) {
            const [actual, expected] = [await each(store, clock), await each(model)];
            expect(actual).toEqual(expected);
          }
          expect(await store.read([KEY])).toEqual(await model.read([KEY]));
        }),
        { numRuns: runs },
      );
    });
  });
}

/** How far the tokens of the bucket are spent beyond the present, in milliseconds. */
async function untilOf(store: BucketStore, clock: FakeClock): Promise<number> {
  const [bucket] = (await store.read([KEY])) as [Bucket];
  return (bucket.spentUntil.tokens ?? 0) - clock.now();
}

type Operation = (store: BucketStore, clock?: FakeClock) => Promise<unknown>;

const ms = fc.integer({ min: 1, max: 20_000 });
const anHour = fc.constantFrom('2026-11-27T18', '2026-11-28T17', '2026-11-28T18', '2026-11-28T19');
const operation: fc.Arbitrary<Operation> = fc.oneof(
  fc
    .record({
      tokens: ms,
      requests: fc.option(ms, { nil: undefined }),
      terms: fc.record({ burstMs: ms, patienceMs: fc.oneof(fc.constant(0), ms) }),
    })
    .map(({ tokens, requests, terms }): Operation => {
      const hold = { tokens, ...(requests !== undefined && { requests }) };
      return (store) => store.hold(KEY, hold, terms);
    }),
  fc
    .record({
      deltaMs: fc.oneof(
        fc.constant(0),
        ms,
        ms.map((back) => -back),
      ),
      used: fc.option(fc.record({ hour: anHour, tokens: ms }), { nil: undefined }),
    })
    .map(({ deltaMs, used }): Operation => {
      return (store) => store.settle(KEY, { deltaMs, ...(used && { used }) });
    }),
  fc.constant<Operation>((store) => store.correct(KEY, TIMES)),
  ms.map(
    (later): Operation =>
      async (_, clock) =>
        void (await clock?.advance(later)),
  ),
);
