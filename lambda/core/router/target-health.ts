import { profileOf } from '../../contract/geography.ts';
import { type Target, targetKey } from '../../contract/policy.ts';
import type { CircuitState, Health, OverrideMode } from '../../contract/words.ts';
import type { CircuitSummary } from '../breaker/summary.ts';
import { isoTime } from '../clock.ts';
import type { ConfigFailures } from './config-failures.ts';
import type { Inference } from './region-inference.ts';

/** Times are ISO 8601 in UTC. */
export interface HealthStatus {
  readonly health: Health;
  readonly since?: string;
  readonly until?: string;
}

export interface TargetHealth extends HealthStatus {
  readonly target: string;
  readonly tier: string;
  readonly region: string;
  readonly modelId: string;
  readonly model: string;
  /** The circuit's own state, before overrides and inference. */
  readonly circuit: CircuitState;
  readonly stage?: number;
  /**
   * The reason why the target is out: the failure kind that opened its circuit, `force-open`,
   * `region-unhealthy`, or the name of the configuration error that disabled it.
   */
  readonly cause?: string;
  readonly failureRatePercent?: number;
  readonly override?: OverrideMode;
}

/** Everything that affects the health of one target. */
export interface HealthFacts {
  readonly circuit?: CircuitSummary;
  readonly configFailures?: ConfigFailures;
  readonly inference?: Inference;
  readonly nowMs: number;
}

export function targetHealth(tier: string, target: Target, facts: HealthFacts): TargetHealth {
  const { circuit } = facts;
  const { health, cause, sinceMs, untilMs } = effectiveHealth(facts);
  return {
    target: targetKey(target),
    tier,
    region: target.region,
    modelId: target.modelId,
    model: profileOf(target).model,
    health,
    ...times(sinceMs, untilMs),
    circuit: circuit?.state ?? 'CLOSED',
    ...(circuit?.stage !== undefined && { stage: circuit.stage }),
    ...(cause !== undefined && { cause }),
    ...(circuit?.failureRatePercent !== undefined && {
      failureRatePercent: circuit.failureRatePercent,
    }),
    ...(circuit?.override !== undefined && { override: circuit.override }),
  };
}

/** True if traffic reaches the target, in full or in part. */
export function isServing({ health }: TargetHealth): boolean {
  return health === 'healthy' || health === 'recovering';
}

interface EffectiveHealth {
  readonly health: Health;
  readonly cause?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** Checks for a forced state, then a disabled target, then inference. The circuit decides last. */
function effectiveHealth(facts: HealthFacts): EffectiveHealth {
  const { circuit, configFailures, inference, nowMs } = facts;
  const { state = 'CLOSED', override, failure: cause, sinceMs, untilMs } = circuit ?? {};
  if (override === 'force-open') {
    return {
      health: 'unhealthy',
      cause: override,
      sinceMs: circuit?.overrideSinceMs,
      untilMs: circuit?.overrideUntilMs,
    };
  }
  if (configFailures?.disabled) {
    const { reason, disabled } = configFailures;
    return {
      health: 'disabled',
      cause: reason,
      sinceMs: disabled.sinceMs,
      untilMs: disabled.checkAtMs,
    };
  }
  if (override !== undefined) return { health: 'healthy', sinceMs };
  if (inference) {
    return { health: 'unhealthy', cause: 'region-unhealthy', untilMs: inference.untilMs };
  }
  switch (state) {
    case 'CLOSED':
      return { health: 'healthy', sinceMs };
    case 'HALF_OPEN':
      return { health: 'recovering', cause, sinceMs };
    case 'OPEN': {
      const isDue = untilMs !== undefined && untilMs <= nowMs;
      return isDue
        ? { health: 'recovering', cause, sinceMs }
        : { health: 'unhealthy', cause, sinceMs, untilMs };
    }
    default:
      return state satisfies never;
  }
}

function times(sinceMs: number | undefined, untilMs: number | undefined) {
  return {
    ...(sinceMs !== undefined && { since: isoTime(sinceMs) }),
    ...(untilMs !== undefined && { until: isoTime(untilMs) }),
  };
}
