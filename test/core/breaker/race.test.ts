import { describe, expect, test } from '@jest/globals';
import { fromRecord } from '../../../lambda/core/breaker/record.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { seededRandom } from '../../../local/bedrock/seeded-random.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FAIL, Fleet, OK } from '../../support/fleet.ts';

const WORKERS = 50;
const MOST_FAILED_SAVES = 60;

describe('fifty workers that race through a recovery', () => {
  const races = [2, 10, 40].flatMap((latencyMs) => [1, 2, 3].map((seed) => ({ latencyMs, seed })));

  test.each(races)(
    'get 16 permits and lose few writes (latency $latencyMs ms, seed $seed)',
    async ({ latencyMs, seed }) => {
      const { fleet, leases } = aFleet(latencyMs, seed);
      await advanceUntilDone(fleet, fleet.calls(5, FAIL));
      await fleet.seconds(66);

      await advanceUntilDone(fleet, race(fleet));

      expect(fleet.ofType('closed')).toHaveLength(1);
      expect(leases.size).toBe(16);
      expect(fleet.store.failedSaves).toBeLessThanOrEqual(MOST_FAILED_SAVES);
    },
  );
});

/** Returns a fleet whose store takes about `latencyMs` for each operation. */
function aFleet(latencyMs: number, seed: number) {
  const clock = new FakeClock();
  const random = seededRandom(seed);
  const store = new MemoryCircuitStore(() => clock.now());
  const leases = leasesGivenIn(store);
  const policy = { consecutiveFailures: 5, viewMaxAgeSeconds: 1 };
  const fleet = new Fleet({ store, clock, random, policy });
  fleet.store.latency = () => clock.sleep(latencyMs * (0.5 + random()));
  return { fleet, leases };
}

/** Collects the ids of all leases that are saved. */
function leasesGivenIn(store: MemoryCircuitStore): ReadonlySet<string> {
  const leases = new Set<string>();
  const save = store.save.bind(store);
  store.save = async (key, record, expected) => {
    const saved = await save(key, record, expected);
    const circuit = saved ? fromRecord(record) : undefined;
    if (circuit?.state === 'HALF_OPEN') for (const { id } of circuit.leases) leases.add(id);
    return saved;
  };
  return leases;
}

/** Lets all workers call as often as they are admitted, until the circuit is closed. */
async function race(fleet: Fleet): Promise<void> {
  const isClosed = () => fleet.ofType('closed').length > 0;
  const work = async (worker: number): Promise<void> => {
    while (!isClosed()) {
      const admission = await fleet.admit(worker);
      if (admission.admitted) {
        await fleet.clock.sleep(20);
        await admission.permit.settle(OK);
      }
      await fleet.clock.sleep(20);
    }
  };
  await Promise.all(Array.from({ length: WORKERS }, (_, i) => work(i)));
}

/** Advances the clock until the work is done. */
async function advanceUntilDone(fleet: Fleet, work: Promise<unknown>): Promise<void> {
  let isDone = false;
  const done = work.then(() => {
    isDone = true;
  });
  while (!isDone) await fleet.seconds(1);
  await done;
}
