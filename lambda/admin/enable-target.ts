import type { CircuitGate } from '../core/breaker/admission.ts';
import type { Clock } from '../core/clock.ts';
import type { DisabledTargets } from '../core/router/disabled-targets.ts';
import type { Log } from '../core/telemetry.ts';

export interface EnableDependencies {
  readonly circuits: Required<Pick<CircuitGate, 'restart'>>;
  readonly disabledTargets: Pick<DisabledTargets, 'enable'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * Lets a disabled target be called again at once, for whoever has mended its access and does not
 * want to wait for the next check. It gets its traffic by the stages of a recovery. False when
 * nothing is held against it.
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
