import { type Settings, targetKey } from '../contract/policy.ts';
import type { CircuitGate } from '../core/breaker/admission.ts';
import type { Clock } from '../core/clock.ts';
import type { DisabledTargets } from '../core/router/disabled-targets.ts';
import { type HealthView, healthView } from '../core/router/health.ts';

export interface HealthDependencies {
  readonly circuits: Pick<CircuitGate, 'summaries'>;
  readonly disabledTargets: Pick<DisabledTargets, 'all'>;
  readonly clock: Clock;
}

/** What serves at this moment, as the workers see it. */
export async function getHealth(
  { circuits, disabledTargets, clock }: HealthDependencies,
  settings: Settings,
): Promise<HealthView> {
  const keys = settings.tiers.flatMap(({ targets }) => targets.map(targetKey));
  const [summaries, disabled] = await Promise.all([
    circuits.summaries(keys),
    disabledTargets.all(),
  ]);
  return healthView(settings, summaries, disabled, clock.now());
}
