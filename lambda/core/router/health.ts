import { profileOf } from '../../contract/geography.ts';
import { type Settings, type Target, targetKey } from '../../contract/policy.ts';
import type { CircuitState, Health, OverrideMode } from '../../contract/words.ts';
import type { CircuitSummary } from '../breaker/summary.ts';
import type { ConfigFailures } from './config-failures.ts';
import { type Inference, inferredOut } from './region-inference.ts';

/** Times are ISO 8601 in UTC. */
interface HealthStatus {
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
  /** The breaker's own state, without overrides and inference. */
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

/** The answer of GET /v1/health. `degraded` means that a target is out and another can serve. */
export interface HealthView {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly regions: readonly (HealthStatus & { readonly region: string })[];
  readonly models: readonly (HealthStatus & { readonly model: string })[];
  /** Inference profiles, each across all regions that call it. */
  readonly profiles: readonly (HealthStatus & { readonly profile: string })[];
  readonly targets: readonly TargetHealth[];
}

/** Returns the health of each target, model, profile and region, with the reasons. */
export function healthView(
  settings: Settings,
  circuits: readonly CircuitSummary[],
  disabled: Readonly<Record<string, ConfigFailures>>,
  nowMs: number,
): HealthView {
  const summaries = new Map(circuits.map((circuit) => [circuit.key, circuit]));
  const inferences = inferredOut(settings, circuits, nowMs);
  const targets = settings.tiers.flatMap((tier) =>
    tier.targets.map((target) => {
      const key = targetKey(target);
      const others = { disabled: disabled[key], inference: inferences.get(key), nowMs };
      return targetHealth(tier.name, target, summaries.get(key), others);
    }),
  );
  const isProfile = ({ modelId, model }: TargetHealth) => modelId !== model;
  return {
    status: overall(targets),
    regions: grouped(targets, 'region').map(([region, its]) => ({ region, ...groupHealth(its) })),
    models: grouped(targets, 'model').map(([model, its]) => ({ model, ...groupHealth(its) })),
    profiles: grouped(targets.filter(isProfile), 'modelId').map(([profile, its]) => ({
      profile,
      ...groupHealth(its),
    })),
    targets,
  };
}

interface OtherCauses {
  readonly disabled?: ConfigFailures;
  readonly inference?: Inference;
  readonly nowMs: number;
}

function targetHealth(
  tier: string,
  target: Target,
  summary: CircuitSummary | undefined,
  others: OtherCauses,
): TargetHealth {
  const { health, cause, sinceMs, untilMs } = effectiveHealth(summary, others);
  return {
    target: targetKey(target),
    tier,
    region: target.region,
    modelId: target.modelId,
    model: profileOf(target).model,
    health,
    ...times(sinceMs, untilMs),
    circuit: summary?.state ?? 'CLOSED',
    ...(summary?.stage !== undefined && { stage: summary.stage }),
    ...(cause !== undefined && { cause }),
    ...(summary?.failureRatePercent !== undefined && {
      failureRatePercent: summary.failureRatePercent,
    }),
    ...(summary?.override !== undefined && { override: summary.override }),
  };
}

interface EffectiveHealth {
  readonly health: Health;
  readonly cause?: string;
  readonly sinceMs?: number;
  readonly untilMs?: number;
}

/** Returns the target's health; the strongest reason comes first. */
function effectiveHealth(
  circuit: CircuitSummary | undefined,
  { disabled, inference, nowMs }: OtherCauses,
): EffectiveHealth {
  const { state = 'CLOSED', override, failure: cause, sinceMs, untilMs } = circuit ?? {};
  if (override === 'force-open') {
    const { overrideSinceMs, overrideUntilMs } = circuit ?? {};
    return {
      health: 'unhealthy',
      cause: override,
      sinceMs: overrideSinceMs,
      untilMs: overrideUntilMs,
    };
  }
  if (disabled?.disabled) {
    const { sinceMs: disabledAtMs, checkAtMs } = disabled.disabled;
    return {
      health: 'disabled',
      cause: disabled.reason,
      sinceMs: disabledAtMs,
      untilMs: checkAtMs,
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
      const due = untilMs !== undefined && untilMs <= nowMs;
      return due
        ? { health: 'recovering', cause, sinceMs }
        : { health: 'unhealthy', cause, sinceMs, untilMs };
    }
    default:
      return state satisfies never;
  }
}

function overall(targets: readonly TargetHealth[]): HealthView['status'] {
  if (targets.every(({ health }) => health === 'healthy')) return 'healthy';
  const serving = targets.some(({ health }) => health === 'healthy' || health === 'recovering');
  return serving ? 'degraded' : 'unhealthy';
}

function grouped(
  targets: readonly TargetHealth[],
  by: 'region' | 'model' | 'modelId',
): readonly [string, readonly TargetHealth[]][] {
  return [...Map.groupBy(targets, (target) => target[by])];
}

/** Returns the health of the best member: one open circuit says nothing about a region or a model. */
function groupHealth(members: readonly TargetHealth[]): HealthStatus {
  const regionOut = members.find(({ cause }) => cause === 'region-unhealthy');
  const best = HEALTH_BEST_FIRST.find((health) => members.some((each) => each.health === health));
  if (!regionOut && (best === undefined || best === 'healthy')) return { health: 'healthy' };
  const unhealthy = members.filter(({ health }) => health !== 'healthy');
  const since = unhealthy.flatMap(({ since }) => since ?? []).sort();
  const until = unhealthy.flatMap(({ until }) => until ?? []).sort();
  return {
    health: regionOut ? 'unhealthy' : (best ?? 'healthy'),
    ...(since.length > 0 && { since: since.at(-1) }),
    ...(until.length > 0 && { until: until[0] }),
  };
}

const HEALTH_BEST_FIRST: readonly Health[] = ['healthy', 'recovering', 'unhealthy', 'disabled'];

function times(sinceMs: number | undefined, untilMs: number | undefined) {
  return {
    ...(sinceMs !== undefined && { since: new Date(sinceMs).toISOString() }),
    ...(untilMs !== undefined && { until: new Date(untilMs).toISOString() }),
  };
}
