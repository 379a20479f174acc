import type { Settings } from '../../contract/policy.ts';
import { longestBookingMs, shortestCallMs } from '../../contract/time-budget.ts';
import type { Random } from '../clock.ts';
import type { UnservedTarget } from '../router/run-result.ts';
import type { Job } from './job.ts';

/** The longest delay of an SQS message. A job that waits longer is sent again after each delay. */
export const LONGEST_DELAY_MS = 900_000;

/** A run that ended at `endedAt` because no target served the job. */
export interface RunWithoutAnswer {
  readonly job: Pick<Job, 'deferrals' | 'failedRuns' | 'deadlineAt'>;
  readonly unserved: readonly UnservedTarget[];
  readonly endedAt: number;
}

interface RetryTime {
  readonly at: number;
  /** True if the time is random or concerns only this job, so that it needs no more jitter. */
  readonly isJittered: boolean;
}

/**
 * Returns the time of a deferred job's next run.
 *
 * A time that comes from a target is the same for the whole backlog, so it gets up to half a
 * cooldown of jitter. Half is enough: a recovery takes only as long as a few calls, so most jobs
 * find the circuit closed, and a longer wait gains nothing. A job checks its targets again after
 * each delay, so it is at most one delay late if a target recovers early.
 */
export function nextAttemptAt(run: RunWithoutAnswer, settings: Settings, random: Random): number {
  const { endedAt } = run;
  const cooldownMs = settings.breaker.cooldownSeconds * 1000;
  const { at, isJittered } = deadlineOf(run, settings) ?? earliest(run, settings, random);
  const jitterMs = isJittered ? 0 : Math.min(cooldownMs, LONGEST_DELAY_MS) / 2;
  const waitMs = Math.min(Math.max(0, at - endedAt), LONGEST_DELAY_MS - jitterMs);
  return Math.ceil(endedAt + waitMs + random() * jitterMs);
}

/** Returns the earliest time at which a target may be called again, for a caller who does not wait. */
export function earliestRetryAt(run: RunWithoutAnswer, settings: Settings, random: Random): number {
  return earliest(run, settings, random).at;
}

/** Returns the deadline if no further call fits before it: the job then only waits to expire. */
function deadlineOf(
  { job: { deadlineAt }, endedAt }: RunWithoutAnswer,
  { breaker, jobs }: Settings,
): RetryTime | undefined {
  const isTooLate = endedAt + shortestCallMs(breaker, jobs) > deadlineAt;
  return isTooLate ? { at: deadlineAt, isJittered: true } : undefined;
}

/**
 * All failed targets share one back-off: the soonest of several random waits would undo it. A target
 * that asked for a longer wait gets that wait.
 */
function earliest(
  { job, unserved, endedAt }: RunWithoutAnswer,
  settings: Settings,
  random: Random,
): RetryTime {
  const own = { at: endedAt + backOffMs(settings, job.failedRuns, random), isJittered: true };
  const times = unserved.map((target): RetryTime => {
    switch (target.outcome) {
      case 'skipped':
        return { at: target.untilMs, isJittered: false };
      case 'booked':
        return { at: target.untilMs, isJittered: true };
      case 'full':
        return { at: target.untilMs + random() * spreadMs(job, settings), isJittered: true };
    }
    const hintedAt = target.atMs + (target.retryAfterMs ?? 0);
    return hintedAt > own.at ? { at: hintedAt, isJittered: false } : own;
  });
  return times.toSorted((a, b) => a.at - b.at)[0] ?? own;
}

/**
 * Returns the time over which the jobs that wait for a quota come back. All calls of the next
 * `longestBookingMs` are booked, so the quota does not idle meanwhile. A job that has waited several
 * times is one of many, so it waits longer.
 */
function spreadMs({ deferrals }: Pick<Job, 'deferrals'>, { breaker }: Settings): number {
  return Math.min(longestBookingMs(breaker) * 2 ** deferrals, LONGEST_DELAY_MS);
}

/**
 * Returns the wait after a run that called targets without an answer. It doubles with each such run
 * in a row, up to `cooldownMaxSeconds`; half of it is random. In each window, a circuit counts only
 * one failure of a job, so quick retries would load an unhealthy target without helping its circuit
 * to open.
 */
function backOffMs({ breaker, jobs }: Settings, failedRuns: number, random: Random): number {
  const doubled = jobs.shortestDeferralSeconds * 2 ** (failedRuns + 1);
  return Math.min(doubled, breaker.cooldownMaxSeconds) * 1000 * (0.5 + 0.5 * random());
}
