import type { BreakerPolicy } from '../../contract/policy.ts';
import {
  ADMITTED_CALLS,
  type AdmittedCalls,
  HEALTH_STATES,
  type Health,
} from '../../contract/words.ts';
import type { CircuitSummary } from '../breaker/summary.ts';
import type { ConfigFailures } from './config-failures.ts';
import type { Inference } from './region-inference.ts';

/** Everything that decides what a job meets at one target. */
export interface HealthFacts {
  readonly circuit?: CircuitSummary;
  /** The day circuit of the target's region. */
  readonly dailyQuota?: CircuitSummary;
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
   * `quota-day` for its region's quota, `force-open`, `ramp`, `region-unhealthy`, or the name of the
   * configuration error that disabled it.
   */
  readonly cause?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/**
 * Returns the health of a target, which decides for the health page, the gauges and the alarms on
 * them. A target is only as good as the daily quota of its region, unless an operator overrides it.
 */
export function effectiveHealth(facts: HealthFacts): EffectiveHealth {
  const { circuit, dailyQuota } = facts;
  const own = ownHealth(facts);
  if (!dailyQuota || circuit?.override !== undefined) return own;
  const quota = circuitHealth(dailyQuota, facts);
  if (quota.health === 'healthy' || isWorse(own, quota)) return own;
  return { ...quota, cause: 'quota-day' };
}

function isWorse(one: EffectiveHealth, other: EffectiveHealth): boolean {
  if (one.health === other.health) {
    return ADMITTED_CALLS.indexOf(one.admits) > ADMITTED_CALLS.indexOf(other.admits);
  }
  return HEALTH_STATES.indexOf(one.health) > HEALTH_STATES.indexOf(other.health);
}

/** Checks for a forced state, then a disabled target, then inference. The circuit decides last. */
function ownHealth({ circuit, configFailures, inference, ...facts }: HealthFacts): EffectiveHealth {
  if (circuit?.override === 'force-open') {
    const { override: cause, overrideSinceMs: sinceMs, overrideUntilMs: untilMs } = circuit;
    return { health: 'unhealthy', admits: 'none', cause, sinceMs, untilMs };
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
  if (circuit?.override !== undefined) {
    return { health: 'healthy', admits: 'all', sinceMs: circuit.sinceMs };
  }
  if (inference) {
    const { untilMs } = inference;
    return { health: 'unhealthy', admits: 'none', cause: 'region-unhealthy', untilMs };
  }
  return circuit ? circuitHealth(circuit, facts) : { health: 'healthy', admits: 'all' };
}

function circuitHealth(circuit: CircuitSummary, facts: HealthFacts): EffectiveHealth {
  const { state, sinceMs, failure: cause } = circuit;
  if (state === 'CLOSED') {
    if (circuit.share === undefined) return { health: 'healthy', admits: 'all', sinceMs };
    return { health: 'recovering', admits: 'some', cause: 'ramp', sinceMs };
  }
  const untilMs = nextCallMs(circuit);
  if (untilMs !== undefined && facts.nowMs < untilMs) {
    return { health: 'unhealthy', admits: 'none', cause, sinceMs, untilMs };
  }
  return { health: probedHealth(circuit, facts), admits: 'probes', cause, sinceMs };
}

/** Returns the time from which an open circuit admits a probe. */
function nextCallMs({ untilMs, probeAtMs = untilMs }: CircuitSummary): number | undefined {
  return probeAtMs;
}

/**
 * Returns the health of a target that admits probes. Jobs return within half a cooldown, so a
 * target that no job has called for a whole one is not in use: nothing is known against it.
 */
function probedHealth(circuit: CircuitSummary, { policy, nowMs }: HealthFacts): Health {
  const { stage = 0, succeeded = 0, leasedUntilMs = 0 } = circuit;
  const freeSinceMs = Math.max(nextCallMs(circuit) ?? circuit.sinceMs ?? nowMs, leasedUntilMs);
  if (nowMs - freeSinceMs >= policy.cooldownSeconds * 1000) return 'waiting';
  return stage + succeeded > 0 ? 'recovering' : 'unhealthy';
}
