/** The chains of the settings: which one a job gets, and the tiers and targets of all of them. */
import { type Chain, type Settings, type Target, type Tier, targetKey } from './policy.ts';

/** The name of the chain whose tiers a settings file gives as `tiers`. */
export const DEFAULT_CHAIN = 'default';

type Chains = Pick<Settings, 'chains'>;

/** A tier with the name of its chain. */
export interface ChainTier {
  readonly chain: string;
  readonly tier: Tier;
}

export function chainNames({ chains }: Chains): readonly string[] {
  return Object.keys(chains);
}

/** Returns the chain of a job that names none: `default` or, without such a chain, the first one. */
export function defaultChain(settings: Chains): string {
  const names = chainNames(settings);
  return names.find((name) => name === DEFAULT_CHAIN) ?? names[0] ?? DEFAULT_CHAIN;
}

/** Returns `undefined` if the settings have no chain of this name. */
export function chainOf({ chains }: Chains, name: string): Chain | undefined {
  return Object.hasOwn(chains, name) ? chains[name] : undefined;
}

/** Returns the tiers of all chains, chain by chain. */
export function tiersOf({ chains }: Chains): readonly ChainTier[] {
  return Object.entries(chains).flatMap(([chain, { tiers }]) =>
    tiers.map((tier) => ({ chain, tier })),
  );
}

/**
 * Returns each target once, although several chains may have it. Their entries of one target differ
 * only in `weight`.
 */
export function targetsOf(settings: Chains): readonly Target[] {
  const targets = new Map<string, Target>();
  for (const target of tiersOf(settings).flatMap(({ tier }) => tier.targets)) {
    const key = targetKey(target);
    if (!targets.has(key)) targets.set(key, target);
  }
  return [...targets.values()];
}

/** Returns the source Regions of the chains, each of which has a daily quota. */
export function regionsOf(settings: Chains): readonly string[] {
  return [...new Set(targetsOf(settings).map(({ region }) => region))];
}

/** Returns `<chain>/<tier>`, the name under which metrics count a tier. */
export function tierKey({ chain, tier }: ChainTier): string {
  return `${chain}/${tier.name}`;
}
