import { type Settings, targetKey, targetsOf } from '../../contract/policy.ts';
import { HEALTH_STATES } from '../../contract/words.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { CircuitSummary } from '../breaker/summary.ts';
import type { Clock } from '../clock.ts';
import type { ConfigFailures } from './config-failures.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import { inferredOut } from './region-inference.ts';
import { type HealthStatus, isServing, type TargetHealth, targetHealth } from './target-health.ts';

/** The response of GET /v1/health. `degraded` means that a target is out and another can serve. */
export interface HealthView {
  readonly status: 'healthy' | 'degraded' | 'unhealthy';
  readonly regions: readonly (HealthStatus & { readonly region: string })[];
  readonly models: readonly (HealthStatus & { readonly model: string })[];
  /** Inference profiles. Each entry covers all regions in which the chain calls the profile. */
  readonly profiles: readonly (HealthStatus & { readonly profile: string })[];
  readonly targets: readonly TargetHealth[];
}

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
      return targetHealth(tier.name, target, {
        circuit: summaries.get(key),
        configFailures: disabled[key],
        inference: inferences.get(key),
        nowMs,
      });
    }),
  );
  const isProfile = ({ modelId, model }: TargetHealth) => modelId !== model;
  return {
    status: overall(targets),
    regions: grouped(targets, 'region').map(([region, members]) => ({
      region,
      ...groupHealth(members),
    })),
    models: grouped(targets, 'model').map(([model, members]) => ({
      model,
      ...groupHealth(members),
    })),
    profiles: grouped(targets.filter(isProfile), 'modelId').map(([profile, members]) => ({
      profile,
      ...groupHealth(members),
    })),
    targets,
  };
}

function overall(targets: readonly TargetHealth[]): HealthView['status'] {
  if (targets.every(({ health }) => health === 'healthy')) return 'healthy';
  return targets.some(isServing) ? 'degraded' : 'unhealthy';
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
  const best =
    HEALTH_STATES.find((health) => members.some((each) => each.health === health)) ?? 'healthy';
  if (!regionOut && best === 'healthy') return { health: best };
  const unhealthy = members.filter(({ health }) => health !== 'healthy');
  const since = unhealthy.flatMap(({ since }) => since ?? []).sort();
  const until = unhealthy.flatMap(({ until }) => until ?? []).sort();
  return {
    health: regionOut ? 'unhealthy' : best,
    ...(since.length > 0 && { since: since.at(-1) }),
    ...(until.length > 0 && { until: until[0] }),
  };
}
