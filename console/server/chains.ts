import { chainNames, chainOf, defaultChain } from '../../lambda/contract/chains.ts';
import { type Settings, targetKey } from '../../lambda/contract/policy.ts';
import type { Chain } from '../contract/snapshot.ts';

/** Returns the chains of the settings, the default chain first. */
export function chainsOf(settings: Pick<Settings, 'chains'>): readonly Chain[] {
  const first = defaultChain(settings);
  const names = chainNames(settings).filter((name) => name !== first);
  return [first, ...names].map((chain) => ({
    chain,
    tiers: (chainOf(settings, chain)?.tiers ?? []).map(({ name, targets }) => ({
      tier: name,
      targets: targets.map((target) => ({
        target: targetKey(target),
        ...(target.weight !== undefined && { weight: target.weight }),
      })),
    })),
  }));
}
