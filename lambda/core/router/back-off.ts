import type { Settings } from '../../contract/policy.ts';
import type { Random } from '../clock.ts';

/**
 * How long a job waits when its targets failed and none says for how long: the least wait and, on
 * top, full jitter over a span that doubles with each deferral up to the cooldown. A retried job does
 * not count again in the circuits that it failed on, so repeating it quickly would load a sick target
 * and prove nothing.
 */
export function backOffMs({ breaker, jobs }: Settings, deferrals: number, random: Random): number {
  const least = jobs.shortestDeferralSeconds;
  const span = Math.min(breaker.cooldownSeconds, least * 2 ** deferrals);
  return (least + random() * span) * 1000;
}

/** When it is worth trying again. */
export interface RetryTime {
  readonly retryAtMs: number;
  /** The time is this job's alone, drawn at random or its deadline; others wait for theirs. */
  readonly isJittered?: boolean;
}
