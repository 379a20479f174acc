import type { Candidate } from './candidates.ts';
import type { FinishedCall } from './finished-call.ts';
import type { Attempt } from './run-result.ts';

/** The facts of a call. Those of a failure are read before its circuit hears of it. */
export interface Evidence {
  readonly startedAtMs: number;
  readonly isCharged: boolean;
  /** The time at which the target last answered another job. */
  readonly servedAtMs?: number;
}

/** Describes a call for the job's history. */
export function attemptOf(
  { key, tier }: Candidate,
  outcome: Exclude<Attempt['outcome'], 'skipped'>,
  { result: { elapsedMs: ms, firstTokenMs } }: FinishedCall,
  { isCharged, startedAtMs: at }: Evidence,
  reason?: string,
): Attempt {
  return {
    target: key,
    tier: tier.name,
    outcome,
    ...(reason && { reason }),
    at,
    ms,
    ...(firstTokenMs !== undefined && { firstTokenMs }),
    ...(isCharged && { charged: true as const }),
  };
}
