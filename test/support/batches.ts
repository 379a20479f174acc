import type { Outcome } from '../../lambda/core/breaker/permit.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import { type Fleet, OK, permitsOf } from './fleet.ts';

/** The default rules, and a view that a worker keeps for up to 1 s. */
export const DEFAULT_RULES = { excessFailures: 10, consecutiveFailures: 5, viewMaxAgeSeconds: 1 };

interface Batches {
  readonly workers: number;
  /** The calls that each worker makes side by side. */
  readonly size: number;
  /** The batches that each worker runs, one after the other. */
  readonly batches: number;
  readonly seed: number;
  /** The share of the calls that are throttled at once. The others succeed after 2.5 to 7.5 s. */
  readonly throttledShare: number;
}

/** Runs batches on all workers. Returns the number of calls. */
export async function runBatches(
  fleet: Fleet,
  { workers, size, batches, seed, throttledShare }: Batches,
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
      await Promise.all(Array.from({ length: size }, () => call(worker)));
      await fleet.worker(worker).flush();
    }
  };
  const all = Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
  await fleet.seconds(10 * batches);
  await all;
  return called;
}

/** Closes the circuit. Advances the clock past the random wait of each claim. */
export async function recover(fleet: Fleet): Promise<void> {
  for (const permits of [1, 5, 10]) {
    const admissions = Promise.all(Array.from({ length: permits }, () => fleet.admit(1)));
    await fleet.seconds(0.2);
    for (const permit of permitsOf(await admissions)) await permit.settle(OK);
  }
}
