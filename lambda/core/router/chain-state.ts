import { CHAIN_STATES, type ChainState } from '../../contract/words.ts';
import { isServing, type TargetHealth } from './target-health.ts';

/**
 * Returns the state of a chain, whose targets are given by tier. It follows from what jobs meet now.
 * The chain is healthy if no target fails, and a target that waits for traffic has a
 * healthy one beside or before it: jobs are then served well, whatever the waiting one turns out
 * to do.
 */
export function chainState(
  tiers: readonly (readonly Pick<TargetHealth, 'health'>[])[],
): ChainState {
  if (!tiers.some((tier) => tier.some(isServing))) return 'unhealthy';
  let isServed = false;
  for (const tier of tiers) {
    isServed ||= tier.some(({ health }) => health === 'healthy');
    const isGood = tier.every(
      ({ health }) => health === 'healthy' || (isServed && health === 'waiting'),
    );
    if (!isGood) return 'degraded';
  }
  return 'healthy';
}

/** Returns the state of the worst chain. */
export function worstState(states: readonly ChainState[]): ChainState {
  return CHAIN_STATES.findLast((state) => states.includes(state)) ?? 'healthy';
}
