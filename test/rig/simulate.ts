import type { JobOptions } from '../../lambda/contract/job-request.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { OutageRun } from './outage-run.ts';
import {
  CALL_MS,
  DRAIN_SECONDS,
  HEALTHY_SECONDS,
  JOBS_PER_SECOND,
  type Outage,
  RECOVERY_SECONDS,
} from './outages.ts';
import { Simulation, type SimulationOptions } from './simulation.ts';

export interface OutageOptions extends Omit<SimulationOptions, 'speed'> {
  readonly settings: Settings;
  readonly outage: Outage;
  /** Returns the bounds that the caller of the n-th job sets. @default no bounds */
  readonly bounds?: (n: number) => Pick<JobOptions, 'minTier' | 'regions'>;
}

/** Runs one outage in virtual time. The same seed gives the same run. */
export async function simulate({ outage, bounds, ...options }: OutageOptions): Promise<OutageRun> {
  const { settings } = options;
  const speed = { latency: { firstTokenMs: CALL_MS, sigma: 0.4 } };
  const simulation = new Simulation({ ...options, speed });
  const { bedrock, clock, changes, queue } = simulation;
  const { aftermath } = outage;
  const afterSeconds = aftermath?.seconds ?? RECOVERY_SECONDS;
  const seconds = HEALTHY_SECONDS + outage.seconds + afterSeconds;
  const traffic = simulation.post({
    count: seconds * JOBS_PER_SECOND,
    perSecond: JOBS_PER_SECOND,
    prompt: (n) => `question ${n}`,
    options: bounds,
  });
  await simulation.run(HEALTHY_SECONDS);
  const outageStartMs = clock.now();
  const ids = outage.rules(settings).map((rule) => bedrock.faults.set(rule));
  await simulation.run(outage.seconds);
  const outageEndMs = clock.now();
  for (const id of ids) bedrock.faults.clear(id);
  for (const rule of aftermath?.rules(settings) ?? []) bedrock.faults.set(rule);
  await simulation.run(afterSeconds + DRAIN_SECONDS);
  await traffic;
  return {
    settings,
    outageStartMs,
    outageEndMs,
    changes,
    calls: bedrock.log.calls(),
    deadLetters: queue.deadLetters.length,
    jobs: simulation.jobs,
  };
}
