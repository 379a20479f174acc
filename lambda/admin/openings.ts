import type { Settings } from '../contract/policy.ts';
import type { Job } from '../core/jobs/job.ts';
import { candidatesFor } from '../core/router/candidates.ts';
import { getHealth, type HealthPorts } from '../core/router/get-health.ts';

/** Which jobs have a target that would take a call at this moment; it reads, and claims nothing. */
export interface Openings {
  /** No target of the chain would. */
  readonly none: boolean;
  /** Whether one does that the job may use, by its `regions`, `minTier` and `whenOpen`. */
  admit(job: Job): boolean;
}

export async function readOpenings(ports: HealthPorts, settings: Settings): Promise<Openings> {
  const { targets } = await getHealth(ports, settings);
  const open = new Set(
    targets
      .filter(({ health }) => health === 'healthy' || health === 'recovering')
      .map(({ target }) => target),
  );
  // The order of the candidates does not matter here, so chance has no part in it.
  const candidates = (job: Job) => candidatesFor(settings, job, () => 0);
  return {
    none: open.size === 0,
    admit: (job) => candidates(job).some(({ key }) => open.has(key)),
  };
}
