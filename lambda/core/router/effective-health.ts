import type { BreakerPolicy } from '../../contract/policy.ts';
import type { AdmittedCalls, Health } from '../../contract/words.ts';
import type { CircuitSummary } from '../breaker/summary.ts';
import type { ConfigFailures } from './config-failures.ts';
import type { Inference } from './region-inference.ts';

/** Everything that decides what a job meets at one target. */
export interface HealthFacts {
  readonly circuit?: CircuitSummary;
  readonly configFailures?: ConfigFailures;
  readonly inference?: Inference;
  readonly policy: Pick<BreakerPolicy, 'cooldownSeconds'>;
  readonly nowMs: number;
}

export interface EffectiveHealth {
  readonly health: Health;
  /** The checks of a disabled target are left out. */
  readonly admits: AdmittedCalls;
  /**
   * The reason why the target does not admit all calls: the failure kind that opened its circuit,
   * `force-open`, `region-unhealthy`, or the name of the configuration error that disabled it.
   */
  readonly cause?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/**
 * Returns the health of a target, which decides for the health page, the gauges and the alarms on
 * them. Checks for a forced state, then a disabled target, then inference. The circuit decides
 * last.
 */
export function effectiveHealth(facts: HealthFacts): EffectiveHealth {
  const { circuit, configFailures, inference } = facts;
  const override = circuit?.override;
  if (override === 'force-open') {
    return {
      health: 'unhealthy',
      admits: 'none',
      cause: override,
      sinceMs: circuit?.overrideSinceMs,
      untilMs: circuit?.overrideUntilMs,
    };
  }
  if (configFailures?.disabled) {
    const { reason, disabled } = configFailures;
    return {
      health: 'disabled',
      admits: 'none',
      cause: reason,
      sinceMs: disabled.sinceMs,
      untilMs: disabled.checkAtMs,
    };
  }
  if (override !== undefined)
    return { health: 'healthy', admits: 'all', sinceMs: circuit?.sinceMs };
  if (inference) {
    const { untilMs } = inference;
    return { health: 'unhealthy', admits: 'none', cause: 'region-unhealthy', untilMs };
  }
  return circuit ? circuitHealth(circuit, facts) : { health: 'healthy', admits: 'all' };
}

function circuitHealth(circuit: CircuitSummary, facts: HealthFacts): EffectiveHealth {
  const { state, sinceMs, untilMs = 0, failure: cause } = circuit;
  if (state === 'CLOSED') return { health: 'healthy', admits: 'all', sinceMs };
  if (state === 'OPEN' && facts.nowMs < untilMs) {
    return { health: 'unhealthy', admits: 'none', cause, sinceMs, untilMs };
  }
  return { health: probedHealth(circuit, facts), admits: 'probes', cause, sinceMs };
}

/**
 * Returns the health of a target that admits probes. Jobs return within half a cooldown, so a
 * target that no job has called for a whole one is not in use: nothing is known against it.
 */
function probedHealth(
  { stage = 0, succeeded = 0, ...circuit }: CircuitSummary,
  { policy, nowMs }: HealthFacts,
): Health {
  const freeSinceMs = circuit.untilMs ?? circuit.sinceMs ?? nowMs;
  const uncalledMs = nowMs - Math.max(freeSinceMs, circuit.leasedUntilMs ?? 0);
  if (uncalledMs >= policy.cooldownSeconds * 1000) return 'waiting';
  return stage + succeeded > 0 ? 'recovering' : 'unhealthy';
}
