import { type ChainTier, chainOf } from '../../contract/chains.ts';
import { familyOf } from '../../contract/models.ts';
import { type Settings, type Target, type Tier, targetKey } from '../../contract/policy.ts';
import { rendezvousOrder } from './rendezvous.ts';
import type { RunRequest } from './run-request.ts';

/** A target that may serve a job, with its tier and its chain. */
export interface Candidate extends ChainTier {
  readonly key: string;
  readonly target: Target;
  /** True for the first tier of the chain; any other tier is a degradation. */
  readonly preferred: boolean;
  /**
   * The model family of the chain's first target. The job's reasoning and its model's own parameters
   * are taken to be of this family.
   */
  readonly chainFamily: string;
}

/** The options of a job that decide which targets may serve it. */
export type TargetChoice = Pick<RunRequest, 'chain' | 'whenOpen' | 'minTier' | 'regions'>;

/**
 * Returns the targets that may serve, in the order in which a run tries them: tier by tier, and within
 * a tier in the order that the affinity gives, by weight. Jobs with one affinity go to the same target
 * while it serves, because its prompt cache has their prefix. Circuits do not affect the order: a run
 * skips an unhealthy target at its turn, and a recovering target needs its share of the traffic. There
 * are none if the settings no longer have the job's chain.
 */
export function candidatesFor(
  settings: Settings,
  request: TargetChoice,
  affinity: string,
): readonly Candidate[] {
  const { chain } = request;
  const first = chainOf(settings, chain)?.tiers[0]?.targets[0];
  const chainFamily = first ? familyOf(first) : '';
  return tiersFor(settings, request).flatMap((tier, index) =>
    rendezvousOrder(allowedIn(tier, request).map(weighted), affinity).map(({ key, target }) => ({
      key,
      target,
      chain,
      tier,
      preferred: index === 0,
      chainFamily,
    })),
  );
}

function weighted(target: Target) {
  return { key: targetKey(target), weight: target.weight ?? 1, target };
}

/** Returns the targets that may serve, in the order of the settings. */
export function allowedTargets(
  settings: Pick<Settings, 'chains'>,
  request: TargetChoice,
): readonly Target[] {
  return allowedPlaces(settings, request).map(({ target }) => target);
}

/** Returns the targets that may serve, each with its tier, in the order of the settings. */
export function allowedPlaces(
  settings: Pick<Settings, 'chains'>,
  request: TargetChoice,
): readonly Pick<Candidate, 'tier' | 'target'>[] {
  return tiersFor(settings, request).flatMap((tier) =>
    allowedIn(tier, request).map((target) => ({ tier, target })),
  );
}

function allowedIn({ targets }: Tier, { regions }: TargetChoice): readonly Target[] {
  return targets.filter(({ region }) => regions?.includes(region) ?? true);
}

/**
 * Returns the tiers down to `minTier`. If the chain no longer has that tier, only the first one is
 * left, because no other tier is known to be good enough.
 */
function tiersFor(
  settings: Pick<Settings, 'chains'>,
  { chain, whenOpen, minTier }: TargetChoice,
): readonly Tier[] {
  const tiers = chainOf(settings, chain)?.tiers ?? [];
  if (whenOpen === 'queue') return tiers.slice(0, 1);
  if (minTier === undefined) return tiers;
  const last = tiers.findIndex(({ name }) => name === minTier);
  return tiers.slice(0, Math.max(last, 0) + 1);
}
