import { type Settings, targetKey } from '../contract/policy.ts';
import type { CircuitGate } from '../core/breaker/admission.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import { candidatesFor } from '../core/router/candidates.ts';
import type { DisabledTargets } from '../core/router/disabled-targets.ts';
import { healthView } from '../core/router/health.ts';

/** Which jobs have a target that would take a call at this moment; it reads, and claims nothing. */
export interface Openings {
  /** No target of the chain would. */
  readonly none: boolean;
  /** Whether one does that the job may use, by its `regions`, `minTier` and `whenOpen`. */
  admit(job: Job): boolean;
}

export async function readOpenings(
  ports: {
    readonly circuits: Pick<CircuitGate, 'summaries'>;
    readonly disabledTargets: Pick<DisabledTargets, 'all'>;
    readonly clock: Pick<Clock, 'now'>;
  },
  settings: Settings,
): Promise<Openings> {
  const keys = settings.tiers.flatMap(({ targets }) => targets.map(targetKey));
  const [summaries, disabled] = await Promise.all([
    ports.circuits.summaries(keys),
    ports.disabledTargets.all(),
  ]);
  const { targets } = healthView(settings, summaries, disabled, ports.clock.now());
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
