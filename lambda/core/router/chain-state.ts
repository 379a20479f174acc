import type { ChainState } from '../../contract/words.ts';
import { isServing, type TargetHealth } from './target-health.ts';

/**
 * Returns the state of the chain, whose targets are given tier by tier. It follows from what jobs
 * meet now. The chain is healthy if no target fails, and a target that waits for traffic has a
 * healthy one beside or before it: jobs are then served well, whatever the waiting one turns out
 * to do.
 */
export function chainState(targets: readonly Pick<TargetHealth, 'tier' | 'health'>[]): ChainState {
  if (!targets.some(isServing)) return 'unhealthy';
  let isServed = false;
  for (const [, tier] of Map.groupBy(targets, (target) => target.tier)) {
    isServed ||= tier.some(({ health }) => health === 'healthy');
    const isGood = tier.every(
      ({ health }) => health === 'healthy' || (isServed && health === 'waiting'),
    );
    if (!isGood) return 'degraded';
  }
  return 'healthy';
}
