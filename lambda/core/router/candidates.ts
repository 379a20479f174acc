import { type Settings, type Target, type Tier, targetKey } from '../../contract/policy.ts';
import type { Random } from '../clock.ts';
import type { RunRequest } from './run-request.ts';

/** A target that may serve a job, as its tier offers it. */
export interface Candidate {
  readonly key: string;
  readonly target: Target;
  readonly tier: Tier;
  /** Whether the tier is the first of the chain: any other is a degradation. */
  readonly preferred: boolean;
}

/**
 * The targets that may serve, in the order to try them: tiers as the chain has them, within a tier
 * at random by weight. Circuits are no part of the order: an unhealthy target is passed over when
 * its turn comes, and one that recovers needs its share of the traffic to be seen recovering.
 */
export function candidatesFor(
  settings: Settings,
  request: Pick<RunRequest, 'whenOpen' | 'minTier' | 'regions'>,
  random: Random,
): readonly Candidate[] {
  const allowed = ({ region }: Target) => request.regions?.includes(region) ?? true;
  return tiersFor(settings.tiers, request).flatMap((tier, index) =>
    byWeight(tier.targets.filter(allowed), random).map((target) => ({
      key: targetKey(target),
      target,
      tier,
      preferred: index === 0,
    })),
  );
}

/**
 * Down to `minTier`. A name that the chain no longer has leaves the first tier alone, as no other
 * is known to be good enough.
 */
function tiersFor(
  tiers: readonly Tier[],
  { whenOpen, minTier }: Pick<RunRequest, 'whenOpen' | 'minTier'>,
): readonly Tier[] {
  if (whenOpen === 'queue') return tiers.slice(0, 1);
  if (minTier === undefined) return tiers;
  const last = tiers.findIndex(({ name }) => name === minTier);
  return tiers.slice(0, Math.max(last, 0) + 1);
}

/**
 * A weighted random permutation: each target draws u^(1/weight), the greatest goes first (Efraimidis
 * and Spirakis, "Weighted random sampling with a reservoir", 2006).
 */
function byWeight(targets: readonly Target[], random: Random): readonly Target[] {
  if (targets.length < 2) return targets;
  return targets
    .map((target) => ({ target, draw: random() ** (1 / (target.weight ?? 1)) }))
    .sort((a, b) => b.draw - a.draw)
    .map(({ target }) => target);
}
