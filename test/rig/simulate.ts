import type { JobOptions } from '../../lambda/contract/job-request.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { acceptJob } from '../../lambda/request/accept-job.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { seededRandom } from '../../local/bedrock/seeded-random.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aWorld } from '../support/job-world.ts';
import { WatchedStore } from '../support/watched-store.ts';
import type { CircuitChange, OutageRun } from './outage-run.ts';
import {
  CALL_MS,
  DRAIN_SECONDS,
  HEALTHY_SECONDS,
  JOBS_PER_SECOND,
  type Outage,
  RECOVERY_SECONDS,
} from './outages.ts';
import { SimulatedBedrock } from './simulated-bedrock.ts';
import { SimulatedFleet } from './simulated-fleet.ts';

export interface SimulationOptions {
  readonly settings: Settings;
  readonly outage: Outage;
  readonly seed: number;
  /** The number of pollers at the beginning. Each poller handles one batch at a time. */
  readonly pollers: number;
  /** The virtual start time in milliseconds since the epoch. @default 2026-01-15T12:00:00Z */
  readonly startMs?: number;
  /** Returns the bounds that the caller of the n-th job sets. @default no bounds */
  readonly bounds?: (n: number) => Pick<JobOptions, 'minTier' | 'regions'>;
}

/** The longest time that a request to the circuit store takes, and that its response takes. */
const STORE_MS = 8;

/** Runs one outage in virtual time. The same seed gives the same run. */
export async function simulate(options: SimulationOptions): Promise<OutageRun> {
  const { settings, outage, seed, pollers, startMs, bounds = () => ({}) } = options;
  const clock = new FakeClock(startMs);
  const random = seededRandom(seed);
  const bedrock = new SimulatedBedrock(clock, random, { firstTokenMs: CALL_MS, sigma: 0.4 });
  const circuits = new WatchedStore(new MemoryCircuitStore(() => clock.now()));
  circuits.latency = () => clock.sleep(random() * STORE_MS);
  const changes: CircuitChange[] = [];
  const world = aWorld({ settings });
  const { jobs, results, newId, log, metrics } = world;
  const ports = { clock, jobs, results, newId, log, metrics };
  const fleet = new SimulatedFleet({
    ...ports,
    settings,
    random,
    circuits,
    models: bedrock,
    pollers,
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
  const seconds = HEALTHY_SECONDS + outage.seconds + RECOVERY_SECONDS;
  const traffic = post(seconds * JOBS_PER_SECOND);
  await clock.advance(HEALTHY_SECONDS * 1000);
  const outageStartMs = clock.now();
  const ids = outage.rules(settings).map((rule) => bedrock.faults.set(rule));
  await clock.advance(outage.seconds * 1000);
  const outageEndMs = clock.now();
  for (const id of ids) bedrock.faults.clear(id);
  await clock.advance((RECOVERY_SECONDS + DRAIN_SECONDS) * 1000);
  await traffic;
  return {
    settings,
    outageStartMs,
    outageEndMs,
    changes,
    calls: bedrock.log.calls(),
    deadLetters: fleet.deadLetters.length,
    jobs: [...jobs.rows.values()],
  };
}
