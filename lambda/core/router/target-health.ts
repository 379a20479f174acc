import { profileOf } from '../../contract/geography.ts';
import { type Target, targetKey } from '../../contract/policy.ts';
import type { AdmittedCalls, CircuitState, Health, OverrideMode } from '../../contract/words.ts';
import type { RecentCalls } from '../breaker/window-figures.ts';
import { isoTime } from '../clock.ts';
import { type EffectiveHealth, effectiveHealth, type HealthFacts } from './effective-health.ts';

/** Times are ISO 8601 in UTC. */
export interface HealthStatus {
  readonly health: Health;
  readonly admits: AdmittedCalls;
  /** See `EffectiveHealth`. A group has one only if it is the same for all its targets. */
  readonly cause?: string;
  readonly since?: string;
  readonly until?: string;
}

/** A tier, by the names of its chain and of itself. */
export interface TierName {
  readonly chain: string;
  readonly tier: string;
}

export interface TargetHealth extends HealthStatus {
  readonly target: string;
  /** The tiers that have the target, in the order of the chains. */
  readonly tiers: readonly TierName[];
  readonly region: string;
  readonly modelId: string;
  readonly model: string;
  /** The circuit's own state, before overrides and inference. */
  readonly circuit: CircuitState;
  readonly stage?: number;
  readonly failureRatePercent?: number;
  readonly override?: OverrideMode;
  readonly recent?: Omit<RecentCalls, 'key'>;
}

export function targetHealth(
  tiers: readonly TierName[],
  target: Target,
  facts: HealthFacts,
  recent: RecentCalls | undefined,
): TargetHealth {
  const { circuit } = facts;
  return {
    target: targetKey(target),
    tiers,
    region: target.region,
    modelId: target.modelId,
    model: profileOf(target).model,
    ...statusOf(effectiveHealth(facts)),
    circuit: circuit?.state ?? 'CLOSED',
    ...(circuit?.stage !== undefined && { stage: circuit.stage }),
    ...(circuit?.failureRatePercent !== undefined && {
      failureRatePercent: circuit.failureRatePercent,
    }),
    ...(circuit?.override !== undefined && { override: circuit.override }),
    ...(recent && { recent: callsOf(recent) }),
  };
}

/** True if a job that calls the target may expect an answer. */
export function isServing({ health }: Pick<TargetHealth, 'health'>): boolean {
  return health === 'healthy' || health === 'recovering' || health === 'waiting';
}

function callsOf({ key: _key, ...calls }: RecentCalls): Omit<RecentCalls, 'key'> {
  return calls;
}

function statusOf({ health, admits, cause, sinceMs, untilMs }: EffectiveHealth): HealthStatus {
  return {
    health,
    admits,
    ...(cause !== undefined && { cause }),
    ...(sinceMs !== undefined && { since: isoTime(sinceMs) }),
    ...(untilMs !== undefined && { until: isoTime(untilMs) }),
  };
}
