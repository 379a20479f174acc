import type { Target, Tier } from '../../lambda/contract/policy.ts';
import { type Limit, limitsOfTarget, type QuotaSources } from './limits.ts';
import { type Call, callOf, type Workload } from './workload.ts';

/** A target that can serve the jobs. */
export interface Candidate {
  readonly target: Target;
  /** Its share of the tier's jobs, relative to the other targets. */
  readonly weight: number;
  readonly call: Call;
  readonly limits: readonly Limit[];
}

/** Returns the targets of a tier, except those whose window is too small for the jobs. */
export function candidatesOf(
  tier: Tier,
  workload: Workload,
  quotas: QuotaSources,
): readonly Candidate[] {
  return tier.targets.flatMap((target) => {
    const call = callOf(target, tier, workload);
    if (!call) return [];
    const limits = limitsOfTarget(target, call, workload, quotas);
    return [{ target, weight: target.weight ?? 1, call, limits }];
  });
}
