import { isStreamed } from '../../contract/models.ts';
import type { Settings, Target } from '../../contract/policy.ts';
import { firstTokenLimitMs, marginMs, permitLeaseMs } from '../../contract/time-budget.ts';
import type { CallLimits } from './model-client.ts';

/** The facts that set a call's limits. */
export interface PlannedCall {
  readonly target: Target;
  readonly inputTokens: number;
  /** @default false */
  readonly hasTools?: boolean;
  /** Milliseconds from now until the job's deadline or the end of the function. */
  readonly timeLeftMs: number;
}

/** Returns the limits of a call. The job's deadline may cut an answer before `answerSeconds`. */
export function callLimits(
  { target, inputTokens, hasTools, timeLeftMs }: PlannedCall,
  settings: Settings,
): CallLimits {
  const { breaker, jobs } = settings;
  const answerMs = Math.max(1, Math.min(jobs.answerSeconds * 1000, timeLeftMs - marginMs(jobs)));
  return {
    isStreamed: isStreamed(target, hasTools),
    firstTokenMs: Math.min(firstTokenLimitMs(breaker, target, inputTokens), answerMs),
    stallMs: breaker.stallSeconds * 1000,
    answerMs,
  };
}

/** Returns the length of the lease that a recovery permit for this call needs. */
export function leaseMsOf({ isStreamed, firstTokenMs, stallMs, answerMs }: CallLimits): number {
  return permitLeaseMs(isStreamed ? firstTokenMs + stallMs : answerMs);
}
