import { type Settings, targetKey, targetsOf } from '../../contract/policy.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { Clock } from '../clock.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import { type HealthView, healthView } from './health.ts';

export interface HealthPorts {
  readonly circuits: Pick<CircuitGate, 'summaries'>;
  readonly disabledTargets: Pick<DisabledTargets, 'all'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Returns the health of all targets as the workers see it. Claims no permit. */
export async function getHealth(
  { circuits, disabledTargets, clock }: HealthPorts,
  settings: Settings,
): Promise<HealthView> {
  const [summaries, disabled] = await Promise.all([
    circuits.summaries(targetsOf(settings).map(targetKey)),
    disabledTargets.all(),
  ]);
  return healthView(settings, summaries, disabled, clock.now());
}
