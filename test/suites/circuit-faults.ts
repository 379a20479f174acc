import { describe, expect, test } from '@jest/globals';
import { BUCKETS_PER_WINDOW } from '../../lambda/core/breaker/circuit-store.ts';
import { countsOf, FAIL, type Fleet, KEY, type NewFleet, OK, opened } from '../support/fleet.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** Clocks that are wrong, and a store that is lost, throttled, not atomic or full of rubbish. */
export function faultVectors(newFleet: NewFleet): void {
  clockVectors(newFleet);
  outageVectors(newFleet);

  describe('the store', () => {
    test('54. canary: 50 additions at once add up to 50, 50 claims of one slot have one winner', async () => {
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

    test('a window comes in order of time, without what lies before it or in another epoch', async () => {
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

    test('55. a cold worker on an absent record is closed and writes nothing', async () => {
      const fleet = await newFleet();

      await fleet.permit();

      expect(fleet.store.times('save')).toBe(0);
      expect((await fleet.store.load(KEY)).record).toBeUndefined();
    });

    test('57. an unreadable record is open for one cooldown, then recovers', async () => {
      const fleet = await newFleet();
      await fleet.store.save(KEY, { version: 1, state: 'AJAR' }, 'absent');

      expect(await fleet.admit(1)).toMatchObject({ admitted: false, retryAfterMs: 60_000 });
      expect(fleet.ofType('unreadable')).toHaveLength(1);
      await fleet.seconds(60);
      await fleet.call(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('57. an unreadable record that somebody repairs meanwhile is not overwritten', async () => {
      const fleet = await newFleet();
      await fleet.store.save(KEY, { version: 1, state: 'AJAR' }, 'absent');
      await fleet.admit(1);
      await fleet.seconds(60);
      const repaired = { version: 1, state: 'AJAR', note: 'looking into it' };
      let isRepaired = false;
      fleet.store.fault = (operation) => {
        if (operation === 'save' && !isRepaired) {
          isRepaired = true;
          void fleet.store.save(KEY, repaired, { version: 1 });
        }
        return undefined;
      };

      await fleet.admit(1);

      expect(fleet.store.failedSaves).toBe(1);
    });
  });
}

function clockVectors(newFleet: NewFleet): void {
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

    test('49. a worker that is off by less dates what it writes by the store', async () => {
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

function outageVectors(newFleet: NewFleet): void {
  describe('a lost store', () => {
    test('51. the same rules hold in each worker, which says so once per cooldown', async () => {
      const fleet = await newFleet();
      fleet.store.fault = () => 'lost';

      await fleet.calls(20, FAIL);
      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'open' });
      expect(await fleet.admit(2)).toMatchObject({ admitted: true });
      await fleet.seconds(59);
      await fleet.admit();
      expect(fleet.ofType('degraded')).toHaveLength(2);
      await fleet.seconds(1);
      const probe = await fleet.permit();

      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'half-open' });
      await probe.settle(OK);
      expect(fleet.ofType('degraded')).toHaveLength(3);
    });

    test('52. the last open state is honoured to its end', async () => {
      const fleet = await opened(newFleet);
      fleet.store.fault = () => 'lost';
      await fleet.seconds(59.999);

      expect(await fleet.admit()).toMatchObject({ admitted: false, retryAfterMs: 1 });
    });

    test('52. a worker alone gives no permits of a recovery that was shared', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);
      await fleet.admit(2);
      fleet.store.fault = () => 'lost';

      expect(await fleet.admit(1)).toMatchObject({ admitted: false, retryAfterMs: 60_000 });
      expect(await fleet.admit(2)).toMatchObject({ admitted: false, retryAfterMs: 60_000 });
    });

    test('53. the shared state is taken up when the store is back; private counts are not', async () => {
      const fleet = await newFleet();
      fleet.store.fault = () => 'lost';
      await fleet.calls(20, FAIL);
      expect(await fleet.state(1)).toBe('OPEN');
      await fleet.seconds(60);
      fleet.store.fault = () => undefined;

      expect(await fleet.admit()).toMatchObject({ admitted: true });

      expect(await fleet.state(1)).toBe('CLOSED');
      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 0 });
      expect(fleet.ofType('restored')).toHaveLength(1);
    });

    test('53. a permit of the time alone means nothing when the store is back', async () => {
      const fleet = await opened(newFleet);
      fleet.store.fault = () => 'lost';
      await fleet.seconds(60);
      const probe = await fleet.permit();
      fleet.store.fault = () => undefined;
      await fleet.seconds(5);
      const shared = await fleet.permit(2);

      await probe.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 0');
      await shared.settle(OK);
      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('56. a store that refuses a tenth of all loses no trip and throws nothing', async () => {
      for (let seed = 1; seed <= 10; seed++) {
        const fleet = await newFleet();
        const random = seededRandom(seed);
        fleet.store.fault = () => (random() < 0.1 ? 'refused' : undefined);

        await fleet.calls(20, FAIL, 5);
        await flushAll(fleet, 5);

        expect([seed, fleet.ofType('opened').length]).toEqual([seed, 1]);
      }
    });
  });
}

async function flushAll(fleet: Fleet, workers: number): Promise<void> {
  for (let worker = 1; worker <= workers; worker++) await fleet.worker(worker).flush();
}
