import type { Settings } from '../../lambda/contract/policy.ts';
import type { JobOptions } from '../../lambda/core/jobs/job.ts';
import { acceptJob } from '../../lambda/request/accept-job.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aWorld } from '../support/job-world.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { WatchedStore } from '../support/watched-store.ts';
import type { CircuitChange, Replay } from './figures.ts';
import {
  AFTER_SECONDS,
  BEFORE_SECONDS,
  CALL_MS,
  JOBS_PER_SECOND,
  type Outage,
  PATIENCE_SECONDS,
} from './outages.ts';
import { SimulatedBedrock } from './simulated-bedrock.ts';
import { SimulatedFleet } from './simulated-fleet.ts';

export interface SimulationOptions {
  readonly settings: Settings;
  readonly outage: Outage;
  readonly seed: number;
  /** Batches at the same time to begin with. */
  readonly pollers: number;
  /** @default noon */
  readonly startMs?: number;
  /** What the caller of the n-th job allows. @default anything */
  readonly bounds?: (n: number) => Pick<JobOptions, 'minTier' | 'regions'>;
}

/** The way to the circuits' store takes up to this, and so does the way back. */
const STORE_MS = 8;

/** Plays one outage in virtual time; the same seed gives the same run. */
export async function simulate(options: SimulationOptions): Promise<Replay> {
  const { settings, outage, seed, pollers, startMs, bounds = () => ({}) } = options;
  const clock = new FakeClock(startMs);
  const random = seededRandom(seed);
  const bedrock = new SimulatedBedrock(clock, random, { medianMs: CALL_MS, msPerOutputToken: 0 });
  const circuits = new WatchedStore(new MemoryCircuitStore(() => clock.now()));
  circuits.latency = () => clock.sleep(random() * STORE_MS);
  const changes: CircuitChange[] = [];
  const world = aWorld({ settings });
  const { jobs, results, newId, log, metrics } = world;
  const ports = { clock, jobs, results, newId, log, metrics };
  const fleet = new SimulatedFleet({
    ...{ ...ports, settings, random, circuits, models: bedrock, pollers },
    on: (event) => {
      if (event.type === 'opened' || event.type === 'half_opened' || event.type === 'closed') {
        changes.push(event);
      }
    },
  });

  const post = async (count: number) => {
    for (let i = 0; i < count; i++) {
      const conversation = { messages: [{ role: 'user' as const, text: `question ${i}` }] };
      const request = { conversation, options: { whenOpen: 'fallback' as const, ...bounds(i) } };
      await acceptJob({ ...ports, queue: fleet }, settings, { tenant: 'tenant', request });
      await clock.sleep(1000 / JOBS_PER_SECOND);
    }
  };
  const seconds = BEFORE_SECONDS + outage.seconds + AFTER_SECONDS;
  const traffic = post(seconds * JOBS_PER_SECOND);
  await clock.advance(BEFORE_SECONDS * 1000);
  const brokeAtMs = clock.now();
  const ids = outage.rules(settings).map((rule) => bedrock.faults.set(rule));
  await clock.advance(outage.seconds * 1000);
  const healedAtMs = clock.now();
  for (const id of ids) bedrock.faults.clear(id);
  await clock.advance((AFTER_SECONDS + PATIENCE_SECONDS) * 1000);
  await traffic;
  return {
    ...{ settings, brokeAtMs, healedAtMs, changes },
    calls: bedrock.log.calls(),
    deadLetters: fleet.deadLetters.length,
    jobs: [...jobs.rows.values()],
  };
}
