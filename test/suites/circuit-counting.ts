import { describe, expect, test } from '@jest/globals';
import type { Outcome } from '../../lambda/core/breaker/permit.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import { countsOf, FAIL, type Fleet, KEY, type NewFleet, OK, permitsOf } from '../support/fleet.ts';

/** Cases in which throttles arrive before the first successes. A few must not trip a fleet. */
export function countingCases(newFleet: NewFleet, seeds: number): void {
  describe('counting', () => {
    test('13. a flush whose response is lost is not repeated', async () => {
      const fleet = await newFleet();
      await fleet.calls(5, FAIL);
      fleet.store.fault = (operation) => (operation === 'addToWindow' ? 'answer-lost' : undefined);
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
        await runBatches(fleet, 1, seed, 0.05);
        expect([seed, await fleet.state()]).toEqual([seed, 'CLOSED']);
      }
    }, 60_000);

    test('16. a cold fleet that is always throttled opens before any second batch', async () => {
      const fleet = await newFleet({ policy: DEFAULT_RULES });

      const called = await runBatches(fleet, 2, 1, 1);

      expect(called).toBe(500);
      expect(await fleet.state()).toBe('OPEN');
    }, 60_000);

    test('17. a circuit that just closed stays closed at 5 % on every seed', async () => {
      for (let seed = 1; seed <= seeds; seed++) {
        const fleet = await newFleet({ policy: DEFAULT_RULES });
        await fleet.calls(20, FAIL);
        await fleet.seconds(60);
        await recover(fleet);
        await runBatches(fleet, 1, seed, 0.05);
        expect([seed, await fleet.state()]).toEqual([seed, 'CLOSED']);
      }
    }, 60_000);

    test('17. the window of a circuit that closed starts with its last stage', async () => {
      const fleet = await newFleet({ policy: { minimumCalls: 1 } });
      await fleet.calls(1, FAIL);
      await fleet.seconds(60);
      await fleet.calls(16, OK);

      await fleet.calls(4, FAIL);
      expect(await fleet.state()).toBe('CLOSED');
      await fleet.call(FAIL);

      expect(fleet.ofType('opened').at(-1)?.evidence).toMatchObject({ calls: 15, failures: 5 });
    });

    test('18. all counts of a flush land in the bucket of the flush', async () => {
      const fleet = await newFleet();
      const early = await fleet.permit();
      const late = await fleet.permit();
      await early.settle(OK);
      await fleet.seconds(3);

      await late.settle(FAIL);

      const buckets = await windowOf(fleet);
      expect(buckets).toEqual([
        { startMs: fleet.clock.now(), success: 1, slow: 0, failures: { capacity: 1 } },
      ]);
    });

    test('18. pending counts older than 5 s go with the next outcome', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all([fleet.permit(), fleet.permit(), fleet.permit()]);
      await permits[0]?.settle(OK);
      await fleet.seconds(5);
      await permits[1]?.settle(OK);
      expect(await windowOf(fleet)).toEqual([]);
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
      await fleet.seconds(60);
      await fleet.call(FAIL, 1, { subject: 'job-1' });

      expect(await countsOf(fleet)).toMatchObject({ failures: 1 });
    });
  });
}

/** The default rules, and a view that a worker keeps for up to 1 s. */
const DEFAULT_RULES = { excessFailures: 10, consecutiveFailures: 5, viewMaxAgeSeconds: 1 };

/** Runs batches on 50 workers, one after the other on each. Returns the number of calls. */
async function runBatches(
  fleet: Fleet,
  batches: number,
  seed: number,
  throttledShare: number,
): Promise<number> {
  const random = seededRandom(seed);
  let called = 0;
  const call = async (worker: number) => {
    const admission = await fleet.admit(worker);
    if (!admission.admitted) return;
    called++;
    const isThrottled = random() < throttledShare;
    const takesMs = isThrottled ? 20 + random() * 60 : 2_500 + random() * 5_000;
    await fleet.clock.sleep(Math.round(takesMs));
    const outcome: Outcome = isThrottled ? { kind: 'failure', failure: 'quota-minute' } : OK;
    await admission.permit.settle(outcome);
  };
  const work = async (worker: number) => {
    for (let batch = 0; batch < batches; batch++) {
      await Promise.all(Array.from({ length: 10 }, () => call(worker)));
      await fleet.worker(worker).flush();
    }
  };
  const all = Promise.all(Array.from({ length: 50 }, (_, worker) => work(worker)));
  await fleet.seconds(10 * batches);
  await all;
  return called;
}

/** Closes the circuit. Advances the clock past the random wait of each claim. */
async function recover(fleet: Fleet): Promise<void> {
  for (const permits of [1, 5, 10]) {
    const admissions = Promise.all(Array.from({ length: permits }, () => fleet.admit(1)));
    await fleet.seconds(0.2);
    for (const permit of permitsOf(await admissions)) await permit.settle(OK);
  }
}

async function windowOf(fleet: Fleet) {
  return await fleet.store.readWindow(KEY, 0, { startMs: 0, bucketMs: 1_000 });
}
