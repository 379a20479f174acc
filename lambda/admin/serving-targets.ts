import { chainOf } from '../contract/chains.ts';
import { type Settings, targetKey } from '../contract/policy.ts';
import type { Job } from '../core/jobs/job.ts';
import { allowedTargets } from '../core/router/candidates.ts';
import { getTargetHealths, type HealthPorts } from '../core/router/health.ts';
import { isServing } from '../core/router/target-health.ts';

/** The targets that serve now. Reading them from the circuits takes no permit. */
export interface ServingTargets {
  readonly isEmpty: boolean;
  /**
   * Returns true if one of these targets may serve the job, given its chain, `regions`, `minTier`
   * and `whenOpen`, and has not refused it. Also returns true if the settings no longer have the
   * job's chain: its run ends it with that reason, which no waiting would change.
   */
  canRun(job: Job): boolean;
}

export async function readServingTargets(
  ports: HealthPorts,
  settings: Settings,
): Promise<ServingTargets> {
  const targets = await getTargetHealths(ports, settings);
  const serving = new Set(targets.filter(isServing).map(({ target }) => target));
  const keys = (job: Job) => allowedTargets(settings, job).map(targetKey);
  const hasRefused = ({ refusedTargets = [] }: Job, key: string) =>
    refusedTargets.some(({ target }) => target === key);
  return {
    isEmpty: serving.size === 0,
    canRun: (job) =>
      !chainOf(settings, job.chain) ||
      keys(job).some((key) => serving.has(key) && !hasRefused(job, key)),
  };
}
