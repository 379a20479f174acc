import { type Settings, targetKey, targetsOf } from '../../contract/policy.ts';
import type { ChainState } from '../../contract/words.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { DailyQuotaGate } from '../breaker/daily-quota-gate.ts';
import type { CircuitSummary } from '../breaker/summary.ts';
import type { RecentCalls } from '../breaker/window-figures.ts';
import type { Clock } from '../clock.ts';
import { chainState } from './chain-state.ts';
import type { ConfigFailures } from './config-failures.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import { groupHealth } from './group-health.ts';
import { inferredOut } from './region-inference.ts';
import { type HealthStatus, type TargetHealth, targetHealth } from './target-health.ts';

/** The response of GET /v1/health. */
export interface HealthView {
  readonly status: ChainState;
  readonly regions: readonly (HealthStatus & { readonly region: string })[];
  readonly models: readonly (HealthStatus & { readonly model: string })[];
  /** Inference profiles. Each entry covers all regions in which the chain calls the profile. */
  readonly profiles: readonly (HealthStatus & { readonly profile: string })[];
  readonly targets: readonly TargetHealth[];
}

export interface HealthPorts {
  /** Circuits without day circuits have no region whose daily quota is used up. */
  readonly circuits: Pick<CircuitGate, 'summaries'> &
    Partial<Pick<DailyQuotaGate, 'dailyQuotas' | 'recent'>>;
  readonly disabledTargets: Pick<DisabledTargets, 'all'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The facts from which the health of a chain follows. */
export interface ChainFacts {
  readonly circuits: readonly CircuitSummary[];
  /** The day circuits, by region. @default closed */
  readonly dailyQuotas?: ReadonlyMap<string, CircuitSummary>;
  /** By the target's key. */
  readonly disabled: Readonly<Record<string, ConfigFailures>>;
  /** @default the view shows no recent calls */
  readonly recent?: readonly RecentCalls[];
  readonly nowMs: number;
}

/** Returns the health of the chain as the workers see it. Claims no permit. */
export async function getHealth(ports: HealthPorts, settings: Settings): Promise<HealthView> {
  const [facts, recent] = await Promise.all([
    readFacts(ports, settings),
    ports.circuits.recent?.(targetsOf(settings).map(targetKey)),
  ]);
  return healthView(settings, { ...facts, recent });
}

/** Returns the health of each target, tier by tier, without its recent calls. */
export async function getTargetHealths(
  ports: HealthPorts,
  settings: Settings,
): Promise<readonly TargetHealth[]> {
  return targetHealths(settings, await readFacts(ports, settings));
}

/** Returns the source regions of the chain, each of which has a daily quota. */
export function regionsOf(settings: Settings): readonly string[] {
  return [...new Set(targetsOf(settings).map(({ region }) => region))];
}

async function readFacts(
  { circuits, disabledTargets, clock }: HealthPorts,
  settings: Settings,
): Promise<ChainFacts> {
  const targets = targetsOf(settings);
  const [summaries, dailyQuotas, disabled] = await Promise.all([
    circuits.summaries(targets.map(targetKey)),
    circuits.dailyQuotas?.(regionsOf(settings)),
    disabledTargets.all(),
  ]);
  return { circuits: summaries, dailyQuotas, disabled, nowMs: clock.now() };
}

/** Returns the health of the chain and of each target, model, profile and region. */
export function healthView(settings: Settings, facts: ChainFacts): HealthView {
  const targets = targetHealths(settings, facts);
  const profiles = targets.filter(({ modelId, model }) => modelId !== model);
  return {
    status: chainState(targets),
    regions: [...Map.groupBy(targets, ({ region }) => region)].map(([region, members]) => ({
      region,
      ...groupHealth(members),
    })),
    models: [...Map.groupBy(targets, ({ model }) => model)].map(([model, members]) => ({
      model,
      ...groupHealth(members),
    })),
    profiles: [...Map.groupBy(profiles, ({ modelId }) => modelId)].map(([profile, members]) => ({
      profile,
      ...groupHealth(members),
    })),
    targets,
  };
}

function targetHealths(
  settings: Settings,
  { circuits, dailyQuotas, disabled, recent, nowMs }: ChainFacts,
): readonly TargetHealth[] {
  const calls = new Map(recent?.map((each) => [each.key, each]));
  const summaries = new Map(circuits.map((circuit) => [circuit.key, circuit]));
  const inferences = inferredOut(settings, circuits, nowMs);
  return settings.tiers.flatMap((tier) =>
    tier.targets.map((target) => {
      const key = targetKey(target);
      const facts = {
        circuit: summaries.get(key),
        dailyQuota: dailyQuotas?.get(target.region),
        configFailures: disabled[key],
        inference: inferences.get(key),
        policy: settings.breaker,
        nowMs,
      };
      return targetHealth(tier.name, target, facts, calls.get(key));
    }),
  );
}
