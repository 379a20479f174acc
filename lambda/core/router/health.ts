import { regionsOf, targetsOf, tiersOf } from '../../contract/chains.ts';
import { type Settings, targetKey } from '../../contract/policy.ts';
import type { ChainState } from '../../contract/words.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { DailyQuotaGate } from '../breaker/daily-quota-gate.ts';
import type { CircuitSummary } from '../breaker/summary.ts';
import type { RecentCalls } from '../breaker/window-figures.ts';
import type { Clock } from '../clock.ts';
import { chainState, worstState } from './chain-state.ts';
import type { ConfigFailures } from './config-failures.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import { groupHealth } from './group-health.ts';
import { inferredOut } from './region-inference.ts';
import {
  type HealthStatus,
  type TargetHealth,
  type TierName,
  targetHealth,
} from './target-health.ts';

/** The response of GET /v1/health. */
export interface HealthView {
  /** The state of the worst chain. */
  readonly status: ChainState;
  readonly chains: readonly { readonly chain: string; readonly status: ChainState }[];
  readonly regions: readonly (HealthStatus & { readonly region: string })[];
  readonly models: readonly (HealthStatus & { readonly model: string })[];
  /** Inference profiles. Each entry covers all regions in which a chain calls the profile. */
  readonly profiles: readonly (HealthStatus & { readonly profile: string })[];
  /** Each target once, although several chains may have it. */
  readonly targets: readonly TargetHealth[];
}

export interface HealthPorts {
  /** Circuits without day circuits have no region whose daily quota is used up. */
  readonly circuits: Pick<CircuitGate, 'summaries'> &
    Partial<Pick<DailyQuotaGate, 'dailyQuotas' | 'recent'>>;
  readonly disabledTargets: Pick<DisabledTargets, 'all'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The facts from which the health of the chains follows. */
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

/** Returns the health of the chains as the workers see it. Claims no permit. */
export async function getHealth(ports: HealthPorts, settings: Settings): Promise<HealthView> {
  const [facts, recent] = await Promise.all([
    readFacts(ports, settings),
    ports.circuits.recent?.(targetsOf(settings).map(targetKey)),
  ]);
  return healthView(settings, { ...facts, recent });
}

/** Returns the health of each target, without its recent calls. */
export async function getTargetHealths(
  ports: HealthPorts,
  settings: Settings,
): Promise<readonly TargetHealth[]> {
  return targetHealths(settings, await readFacts(ports, settings));
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

/** Returns the health of each chain and of each target, model, profile and region. */
export function healthView(settings: Settings, facts: ChainFacts): HealthView {
  const targets = targetHealths(settings, facts);
  const profiles = targets.filter(({ modelId, model }) => modelId !== model);
  const chains = chainStates(settings, targets);
  return {
    status: worstState(chains.map(({ status }) => status)),
    chains,
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

function chainStates(settings: Settings, targets: readonly TargetHealth[]): HealthView['chains'] {
  const healths = new Map(targets.map((each) => [each.target, each]));
  return Object.entries(settings.chains).map(([chain, { tiers }]) => ({
    chain,
    status: chainState(
      tiers.map((tier) => tier.targets.flatMap((each) => healths.get(targetKey(each)) ?? [])),
    ),
  }));
}

function targetHealths(
  settings: Settings,
  { circuits, dailyQuotas, disabled, recent, nowMs }: ChainFacts,
): readonly TargetHealth[] {
  const calls = new Map(recent?.map((each) => [each.key, each]));
  const summaries = new Map(circuits.map((circuit) => [circuit.key, circuit]));
  const inferences = inferredOut(settings, circuits, nowMs);
  const tiers = tierNames(settings);
  return targetsOf(settings).map((target) => {
    const key = targetKey(target);
    const facts = {
      circuit: summaries.get(key),
      dailyQuota: dailyQuotas?.get(target.region),
      configFailures: disabled[key],
      inference: inferences.get(key),
      policy: settings.breaker,
      nowMs,
    };
    return targetHealth(tiers.get(key) ?? [], target, facts, calls.get(key));
  });
}

/** Returns the tiers of each target, by the target's key. */
function tierNames(settings: Settings): ReadonlyMap<string, readonly TierName[]> {
  const entries = tiersOf(settings).flatMap(({ chain, tier }) =>
    tier.targets.map((target) => ({ key: targetKey(target), chain, tier: tier.name })),
  );
  const byTarget = Map.groupBy(entries, ({ key }) => key);
  return new Map(
    [...byTarget].map(([key, its]) => [key, its.map(({ chain, tier }) => ({ chain, tier }))]),
  );
}
