import { type Settings, timeForACallMs } from '../../contract/policy.ts';
import type { Random } from '../clock.ts';
import type { UnservedTarget } from '../router/run-result.ts';
import type { Job } from './job.ts';

/** The longest delay of an SQS message. A job that waits longer is sent again after each delay. */
export const LONGEST_DELAY_MS = 900_000;

/** A run that ended at `endedAt` because no target served the job. */
export interface RunWithoutAnswer {
  readonly job: Pick<Job, 'deferrals' | 'deadlineAt'>;
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
  { breaker }: Settings,
): RetryTime | undefined {
  const isTooLate = endedAt + timeForACallMs(breaker) > deadlineAt;
  return isTooLate ? { at: deadlineAt, isJittered: true } : undefined;
}

function earliest(
  { job, unserved, endedAt }: RunWithoutAnswer,
  settings: Settings,
  random: Random,
): RetryTime {
  const backoff = (fromMs: number): RetryTime => {
    const at = fromMs + backoffMs(settings, job.deferrals, random);
    return { at, isJittered: true };
  };
  const times = unserved.map((target): RetryTime => {
    if (target.outcome === 'skipped') return { at: target.untilMs, isJittered: false };
    const own = backoff(target.atMs);
    const hintedAt = target.atMs + (target.retryAfterMs ?? 0);
    return hintedAt > own.at ? { at: hintedAt, isJittered: false } : own;
  });
  return times.toSorted((a, b) => a.at - b.at)[0] ?? backoff(endedAt);
}

/**
 * Returns the wait after a failed call: the shortest deferral plus full jitter over a span that
 * doubles with each deferral, up to the cooldown. In each window, a circuit counts only one failure
 * of a job, so quick retries would load an unhealthy target without helping its circuit to open.
 */
function backoffMs({ breaker, jobs }: Settings, deferrals: number, random: Random): number {
  const shortest = jobs.shortestDeferralSeconds;
  const span = Math.min(breaker.cooldownSeconds, shortest * 2 ** deferrals);
  return (shortest + random() * span) * 1000;
}
