import { describe, expect, test } from '@jest/globals';
import { TARGET_FAILURE_KINDS } from '../../lambda/contract/words.ts';
import { BUCKETS_PER_WINDOW } from '../../lambda/core/breaker/circuit-store.ts';
import { FAIL, KEY, type NewFleet, OK, opened } from '../support/fleet.ts';

/** Cases with wrong clocks, a store that is not atomic, and records that cannot be read. */
export function faultCases(newFleet: NewFleet): void {
  clockCases(newFleet);

  describe('the store', () => {
    test('54. canary: 50 concurrent additions add up to 50, and 50 claims of one permit have one winner', async () => {
      const { store, clock } = await newFleet();
      const slot = { startMs: clock.now() - (clock.now() % 60_000), bucketMs: 1_000 };
      const one = { success: 1, slow: 0, failures: { fault: 1 } } as const;
      const record = (i: number) => ({ version: 1, state: `claimed by ${i}` });
      const fifty = Array.from({ length: 50 }, (_, i) => i);

      await Promise.all(fifty.map(() => store.addToWindow(KEY, 7, slot, one)));
      const wins = await Promise.all(fifty.map((i) => store.save(KEY, record(i), 'absent')));
      const versions = await Promise.all(
        fifty.map((i) => store.save(KEY, { ...record(i), version: 2 }, { version: 1 })),
      );

      const [bucket] = await store.readWindow(KEY, 7, slot);
      expect(bucket).toMatchObject({ success: 50, failures: { fault: 50 } });
      expect(wins.filter(Boolean)).toHaveLength(1);
      expect(versions.filter(Boolean)).toHaveLength(1);
    });

    test('a window is in order of time, without earlier buckets and without other epochs', async () => {
      const { store } = await newFleet();
      const bucketMs = 100;
      const one = { success: 1, slow: 0, failures: {} };
      const periodMs = bucketMs * BUCKETS_PER_WINDOW;
      const starts = [3 * periodMs, 2 * periodMs + 500, 2 * periodMs + 400, periodMs];
      for (const startMs of starts) await store.addToWindow(KEY, 5, { startMs, bucketMs }, one);
      await store.addToWindow(KEY, 50, { startMs: 2 * periodMs + 600, bucketMs }, one);

      const window = await store.readWindow(KEY, 5, { startMs: 2 * periodMs + 450, bucketMs });

      expect(window.map(({ startMs }) => startMs)).toEqual([2 * periodMs + 500, 3 * periodMs]);
    });

    test('a window keeps the count of every failure kind and all its other counts', async () => {
      const { store } = await newFleet();
      const slot = { startMs: 0, bucketMs: 1_000 };
      // A different count for each kind, so that no two kinds can be confused.
      const failures = Object.fromEntries(TARGET_FAILURE_KINDS.map((kind, i) => [kind, i + 1]));
      const others = { provisional: -7, announced: 5, firstTokenMs: 8_300 };
      const counts = { success: 20, slow: 30, ...others, failures };

      for (let i = 0; i < 2; i++) await store.addToWindow(KEY, 1, slot, counts);

      const doubled = Object.fromEntries(
        TARGET_FAILURE_KINDS.map((kind, i) => [kind, 2 * (i + 1)]),
      );
      expect(await store.readWindow(KEY, 1, slot)).toEqual([
        {
          startMs: 0,
          success: 40,
          provisional: -14,
          announced: 10,
          firstTokenMs: 16_600,
          slow: 60,
          failures: doubled,
        },
      ]);
    });

    test('55. a cold worker treats a circuit without a record as closed, and writes nothing', async () => {
      const fleet = await newFleet();

      await fleet.permit();

      expect(fleet.store.times('save')).toBe(0);
      expect((await fleet.store.load(KEY)).record).toBeUndefined();
    });

    test('57. an unreadable record is open for one cooldown, then recovers', async () => {
      const fleet = await newFleet();
      await fleet.store.save(KEY, BROKEN, 'absent');

      expect(await fleet.admit(1)).toMatchObject({ admitted: false, retryAfterMs: 60_000 });
      expect(fleet.ofType('unreadable')).toHaveLength(1);
      await fleet.seconds(60);
      await fleet.call(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('57. a record that is repaired and breaks again is open for a whole cooldown again', async () => {
      const fleet = await newFleet();
      await fleet.store.save(KEY, BROKEN, 'absent');
      await fleet.admit(1);
      await fleet.store.save(
        KEY,
        { ...closedRecord(fleet.clock.now()), version: 2 },
        { version: 1 },
      );
      expect(await fleet.admit(1)).toMatchObject({ admitted: true });
      await fleet.seconds(50);
      await fleet.store.save(KEY, { ...BROKEN, version: 3 }, { version: 2 });

      expect(await fleet.admit(1)).toMatchObject({ admitted: false, retryAfterMs: 60_000 });

      expect(fleet.ofType('unreadable')).toHaveLength(2);
    });

    test('57. an unreadable record that is repaired meanwhile is not overwritten', async () => {
      const fleet = await newFleet();
      await fleet.store.save(KEY, BROKEN, 'absent');
      await fleet.admit(1);
      await fleet.seconds(60);
      const repaired = { ...closedRecord(fleet.clock.now()), version: 1 };
      let isRepaired = false;
      fleet.store.latency = async (operation) => {
        if (operation !== 'save' || isRepaired) return;
        isRepaired = true;
        await fleet.store.save(KEY, repaired, { version: 1 });
      };

      expect(await fleet.admit(1)).toMatchObject({ admitted: true });

      expect(fleet.store.failedSaves).toBe(1);
      expect((await fleet.store.load(KEY)).record).toEqual(repaired);
    });
  });
}

function clockCases(newFleet: NewFleet): void {
  describe('clocks', () => {
    test('49. a worker that is 30 s fast does not end a cooldown early', async () => {
      const fleet = await opened(newFleet, {}, { skewMs: (worker) => (worker === 9 ? 30_000 : 0) });
      await fleet.seconds(35);

      expect(await fleet.admit(9)).toMatchObject({ admitted: false, retryAfterMs: 25_000 });

      expect(await fleet.state()).toBe('OPEN');
    });

    test.each([30_000, -30_000])(
      '49. a worker that is off by %i ms changes nothing',
      async (ms) => {
        const fleet = await newFleet({ skewMs: (worker) => (worker === 9 ? ms : 0) });
        for (let i = 0; i < 20; i++) await fleet.call(FAIL, 9);
        expect(await fleet.state()).toBe('CLOSED');
        expect(fleet.ofType('skewed')).toHaveLength(1);

        await fleet.call(FAIL, 1);

        const [event] = fleet.ofType('opened');
        expect(event?.evidence.failures).toBe(21);
        expect(event?.untilMs).toBe(fleet.clock.now() + 60_000);
      },
    );

    test('49. a worker with a smaller offset uses the store’s time in what it writes', async () => {
      const fleet = await newFleet({ skewMs: (worker) => (worker === 9 ? -1_900 : 0) });

      for (let i = 0; i < 20; i++) await fleet.call(FAIL, 9);

      expect(fleet.ofType('opened')[0]?.untilMs).toBe(fleet.clock.now() + 60_000);
    });

    test('50. a clock that steps back 10 s loses no bucket', async () => {
      const fleet = await newFleet();
      await fleet.calls(10, FAIL);
      fleet.clock.step(-10_000);

      await fleet.calls(9, FAIL);
      expect(await fleet.state()).toBe('CLOSED');
      await fleet.call(FAIL);

      expect(fleet.ofType('opened')[0]?.evidence).toMatchObject({ calls: 20, failures: 20 });
    });
  });
}

function closedRecord(nowMs: number) {
  const since = new Date(nowMs).toISOString();
  return { state: 'CLOSED', epoch: 9, since, writer: 'ada', seededSuccesses: 0 };
}

/** A record after a careless edit: an unknown state, and a lease without its end. */
const BROKEN = {
  version: 1,
  state: 'AJAR',
  leases: [{ id: 'w1', expiries: 0 }],
  reason: { rule: 'rate', kinds: { fault: 3 } },
};
