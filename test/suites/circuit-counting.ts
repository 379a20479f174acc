import { describe, expect, test } from '@jest/globals';
import { DEFAULT_RULES, recover, runBatches } from '../support/batches.ts';
import { countsOf, FAIL, type Fleet, KEY, type NewFleet, OK } from '../support/fleet.ts';

const FLEET = { workers: 50, size: 10 };

/** Cases in which throttles arrive before the first successes. A few must not trip a fleet. */
export function countingCases(newFleet: NewFleet, seeds: number): void {
  describe('counting', () => {
    test('13. a flush whose response is lost is not repeated', async () => {
      const fleet = await newFleet();
      await fleet.calls(5, FAIL);
      fleet.store.fault = (operation) =>
        operation === 'addToWindow' ? 'response-lost' : undefined;
      await fleet.call(FAIL);
      fleet.store.fault = () => undefined;

      await fleet.calls(5, FAIL);

      expect(await countsOf(fleet)).toMatchObject({ failures: 11 });
      expect(fleet.ofType('degraded')).toHaveLength(0);
    });

    test('15. calls in flight beside a failure count as provisional successes', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all(Array.from({ length: 10 }, () => fleet.permit()));
      await fleet.seconds(0.05);
      await permits[0]?.settle(FAIL);
      expect(await countsOf(fleet)).toEqual({ success: 9, failures: 1 });

      await fleet.seconds(5.95);
      for (const permit of permits.slice(1)) await permit.settle(OK);
      await fleet.worker(1).flush();

      expect(await countsOf(fleet)).toEqual({ success: 9, failures: 1 });
    });

    test('15. provisional successes whose calls fail are taken back', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all(Array.from({ length: 10 }, () => fleet.permit()));
      await permits[0]?.settle(FAIL);

      await fleet.seconds(6);
      for (const [i, permit] of permits.slice(1).entries()) await permit.settle(i < 2 ? FAIL : OK);
      await fleet.worker(1).flush();

      expect(await countsOf(fleet)).toEqual({ success: 7, failures: 3 });
    });

    test('16. a cold fleet of 50 × 10 calls with 5 % throttled stays closed on every seed', async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const fleet = await newFleet({ policy: DEFAULT_RULES });
        await runBatches(fleet, { ...FLEET, batches: 1, seed, throttledShare: 0.05 });
        expect([seed, await fleet.state()]).toEqual([seed, 'CLOSED']);
      }
    }, 60_000);

    test('16. a cold fleet that is always throttled opens before any second batch', async () => {
      const fleet = await newFleet({ policy: DEFAULT_RULES });

      const called = await runBatches(fleet, { ...FLEET, batches: 2, seed: 1, throttledShare: 1 });

      expect(called).toBe(500);
      expect(await fleet.state()).toBe('OPEN');
    }, 60_000);

    test('17. a circuit that just closed stays closed at 5 % on every seed', async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const fleet = await newFleet({ policy: DEFAULT_RULES });
        await fleet.calls(20, FAIL);
        await fleet.seconds(60);
        await recover(fleet);
        await runBatches(fleet, { ...FLEET, batches: 1, seed, throttledShare: 0.05 });
        expect([seed, await fleet.state()]).toEqual([seed, 'CLOSED']);
      }
    }, 60_000);

    test('17. the window of a circuit that closed starts with its last stage', async () => {
      const fleet = await newFleet({ policy: { minimumCalls: 1, rampSeconds: 0 } });
      await fleet.calls(1, FAIL);
      await fleet.seconds(60);
      await fleet.calls(16, OK);

      await fleet.calls(4, FAIL);
      expect(await fleet.state()).toBe('CLOSED');
      await fleet.call(FAIL);

      expect(fleet.ofType('opened').at(-1)?.evidence).toMatchObject({ calls: 15, failures: 5 });
    });

    test('88. a worker that has counted nothing in the window announces its first calls', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all(Array.from({ length: 3 }, () => fleet.permit()));
      await fleet.permit();
      await fleet.worker(1).flush();
      expect(await windowOf(fleet)).toMatchObject([{ success: 0, announced: 3 }]);
      await permits[0]?.settle(OK);
      await fleet.worker(1).flush();
      await fleet.seconds(59);
      await fleet.permit();
      await fleet.worker(1).flush();
      expect(await announcedIn(fleet)).toBe(3);

      await fleet.seconds(1);
      await fleet.permit();
      await fleet.worker(1).flush();

      // Four older calls are still in flight beside the new one.
      expect(await announcedIn(fleet)).toBe(3 + 5);
    });

    test('88. a failure takes the announcement of its worker back', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all(Array.from({ length: 3 }, () => fleet.permit()));
      await fleet.worker(1).flush();

      await permits[0]?.settle(FAIL);

      expect(await announcedIn(fleet)).toBe(0);
      expect(await countsOf(fleet)).toEqual({ success: 2, failures: 1 });
    });

    test('88. calls that were announced 6 s ago and still hang do not keep the circuit closed', async () => {
      const fleet = await newFleet({ policy: { consecutiveFailures: 5 } });
      const permits = await Promise.all(Array.from({ length: 20 }, (_, i) => fleet.permit(i)));
      await fleet.seconds(5);
      for (const permit of permits.slice(0, 5)) await permit.settle(FAIL);
      expect(await fleet.state()).toBe('CLOSED');
      await fleet.seconds(2);

      await permits[5]?.settle(FAIL);

      expect(fleet.ofType('opened')).toMatchObject([{ evidence: { rule: 'dry', failures: 6 } }]);
    });

    test('18. all counts of a flush land in the bucket of the flush', async () => {
      const fleet = await newFleet();
      const early = await fleet.permit();
      const late = await fleet.permit();
      await early.settle(OK);
      await fleet.seconds(3);

      await late.settle(FAIL);

      expect(await windowOf(fleet)).toMatchObject([
        { success: 0, failures: {} },
        { startMs: fleet.clock.now(), success: 1, failures: { capacity: 1 } },
      ]);
    });

    test('18. pending counts older than 5 s go with the next outcome', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all([fleet.permit(), fleet.permit(), fleet.permit()]);
      await permits[0]?.settle(OK);
      await fleet.seconds(5);
      await permits[1]?.settle(OK);
      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 0 });
      await fleet.seconds(0.001);

      await permits[2]?.settle(OK);

      expect(await countsOf(fleet)).toEqual({ success: 3, failures: 0 });
    });

    test('18. a job that fails twice inside a window counts once', async () => {
      const fleet = await newFleet();

      await fleet.call(FAIL, 1, { subject: 'job-1' });
      await fleet.call(FAIL, 1, { subject: 'job-1' });
      await fleet.call(FAIL, 1, { subject: 'job-2' });
      expect(await countsOf(fleet)).toMatchObject({ failures: 2 });
      await fleet.seconds(59);
      await fleet.call(FAIL, 1, { subject: 'job-1' });
      expect(await countsOf(fleet)).toMatchObject({ failures: 2 });
      await fleet.seconds(1);
      await fleet.call(FAIL, 1, { subject: 'job-1' });

      expect(await countsOf(fleet)).toMatchObject({ failures: 1 });
    });
  });
}

async function announcedIn(fleet: Fleet): Promise<number> {
  const buckets = await windowOf(fleet);
  return buckets.reduce((sum, { announced = 0 }) => sum + announced, 0);
}

async function windowOf(fleet: Fleet) {
  return await fleet.store.readWindow(KEY, 0, { startMs: 0, bucketMs: 1_000 });
}
