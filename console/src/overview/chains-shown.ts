import type { Chain, Snapshot } from '../../contract/snapshot.ts';

/**
 * Returns the chains of the settings. If the console could not read the settings, it returns those that
 * the health names, with the tiers in the order in which the health lists their targets.
 */
export function chainsShown({ instance, health }: Snapshot): readonly Chain[] {
  if (instance.chains.length > 0 || !health) return instance.chains;
  const { chains, targets } = health.value;
  return chains.map(({ chain }) => {
    const tiers = new Map<string, { target: string }[]>();
    for (const { target, tiers: its } of targets) {
      for (const { tier } of its.filter((each) => each.chain === chain)) {
        tiers.set(tier, [...(tiers.get(tier) ?? []), { target }]);
      }
    }
    return { chain, tiers: [...tiers].map(([tier, its]) => ({ tier, targets: its })) };
  });
}
