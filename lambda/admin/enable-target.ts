import type { CircuitGate } from '../core/breaker/admission.ts';
import type { Clock } from '../core/clock.ts';
import type { DisabledTargets } from '../core/router/disabled-targets.ts';
import type { Log } from '../core/telemetry.ts';

export interface EnableDependencies {
  readonly circuits: Pick<CircuitGate, 'restart'>;
  readonly disabledTargets: Pick<DisabledTargets, 'enable'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * Enables a disabled target at once, for an operator who has corrected its configuration and does
 * not want to wait for the next check. The target gets its traffic back through the recovery
 * stages. Returns false if the target has no configuration errors.
 */
export async function enableTarget(
  { circuits, disabledTargets, clock, log }: EnableDependencies,
  key: string,
  actor: string,
): Promise<boolean> {
  if (!(await disabledTargets.enable(key))) return false;
  await circuits.restart(key, clock.now());
  log.info('target enabled by hand', { target: key, actor });
  return true;
}
