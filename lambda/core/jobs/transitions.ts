/**
 * All transitions of a job's row except its ends (end-transitions.ts). Their conditions make
 * duplicates harmless: two workers with the same message, a worker that outlives its lease, a
 * sweeper that reads an index that lags behind.
 *
 *   worker A  claim(tokenA) ── call ──────── lease ends ──────── succeed(tokenA) → refused
 *   sweeper                                      requeue(generation + 1)
 *   worker B                                              claim(tokenB) ── call ── succeed(tokenB)
 */
import type { BreakerPolicy, Settings } from '../../contract/policy.ts';
import { jobLeaseMs } from '../../contract/time-budget.ts';
import type { Booking } from '../admission/booking.ts';
import { calledIn } from '../router/run-result.ts';
import {
  claimsBelow,
  deadlineAfter,
  generationIs,
  IS_RUNNING,
  IS_WAITING,
  isMine,
  NOT_CANCELLED,
  NOT_ENDED,
  NOT_PURGED,
  noLiveLease,
  statusIs,
} from './clauses.ts';
import { type DueJob, expiryOf, FIRST_CHECK_MS, type Job } from './job.ts';
import type { RowUpdate } from './row-update.ts';
import { type RunRecord, recordOf } from './run-record.ts';

/** The time after which an unclaimed message may be lost: the longest delay of an SQS message. */
export const UNCLAIMED_GRACE_MS = 15 * 60_000;

/** Records that the sweeper sent the message. Refused if a worker has claimed the job since. */
export function sent(job: DueJob, now: number): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_WAITING],
    set: { sentAt: now, dueAt: dueBy(job, visibleAt(job, now) + UNCLAIMED_GRACE_MS) },
  };
}

/** Records that the message could not be sent. */
export function unsent(job: DueJob, now: number): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_WAITING],
    set: { dueAt: dueBy(job, now + FIRST_CHECK_MS) },
    remove: ['sentAt'],
  };
}

export function claim(
  generation: number,
  claimToken: string,
  now: number,
  settings: Settings,
): RowUpdate {
  return {
    when: [
      generationIs(generation),
      NOT_ENDED,
      NOT_PURGED,
      noLiveLease(now),
      deadlineAfter(now),
      NOT_CANCELLED,
      claimsBelow(settings.jobs.maxAttempts),
    ],
    set: { status: 'RUNNING', claimToken, ...lease(now, settings.breaker) },
    add: { claims: 1 },
  };
}

/** Extends the lease beyond the next call. Refused if the job was cancelled in the meantime. */
export function renew(job: Job, now: number, policy: BreakerPolicy): RowUpdate {
  return { when: [...isMine(job), NOT_CANCELLED], set: lease(now, policy) };
}

/**
 * Makes the job wait for its targets. Gives the claim back and invalidates earlier messages. A `booking`
 * is the quota for the next run.
 */
export function defer(
  job: Job,
  nextAttemptAt: number,
  run: RunRecord & { readonly booking?: Booking },
  now: number,
): RowUpdate {
  const { booking } = run;
  return {
    when: isMine(job),
    set: {
      status: 'DEFERRED',
      claimToken: job.claimToken,
      generation: job.generation + 1,
      claims: job.claims - 1,
      deferrals: job.deferrals + 1,
      nextAttemptAt,
      failedRuns: calledIn(run.attempts).length > 0 ? job.failedRuns + 1 : 0,
      ...(booking && { booking }),
      ...recordOf(job, run),
      ...markedSent({ ...job, nextAttemptAt }, now),
    },
    remove: ['leaseUntil', 'calledTargets', ...(booking ? [] : (['booking'] as const))],
  };
}

/**
 * Puts back a job whose run has no time for another call. Gives the claim back. The job is sent
 * again at once, and its run goes on without the targets that it has called.
 */
export function release(job: Job, run: RunRecord, now: number): RowUpdate {
  return {
    when: isMine(job),
    set: {
      status: 'QUEUED',
      claimToken: job.claimToken,
      claims: job.claims - 1,
      calledTargets: [...(job.calledTargets ?? []), ...calledIn(run.attempts)],
      ...recordOf(job, run),
      ...markedSent(job, now),
    },
    // The run may have used its booking.
    remove: ['leaseUntil', 'nextAttemptAt', 'booking'],
  };
}

/**
 * Queues a job again after its run's lease expired. The claim stays used up, because the job itself
 * may have broken the run, and so does a booking, because the run may have called with it.
 */
export function requeue(job: DueJob, now: number): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_RUNNING, noLiveLease(now)],
    set: { status: 'QUEUED', generation: job.generation + 1, ...markedSent(job, now) },
    remove: ['leaseUntil', 'nextAttemptAt', 'booking'],
  };
}

/** Asks the run that holds the job to stop. The run notices when it renews its lease. */
export function requestCancel(job: DueJob): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_RUNNING],
    set: { cancelRequested: true },
  };
}

/**
 * Starts a job again for an operator. The job gets all its claims and its full time again. Refused if
 * the job's content is purged.
 */
export function redrive(job: Job, now: number, settings: Settings): RowUpdate {
  const { deadlineSeconds = settings.jobs.deadlineSeconds } = job;
  const deadlineAt = now + deadlineSeconds * 1000;
  return {
    when: [generationIs(job.generation), statusIs('DEAD_LETTERED'), NOT_PURGED],
    set: {
      status: 'QUEUED',
      generation: job.generation + 1,
      claims: 0,
      deferrals: 0,
      failedRuns: 0,
      failedCalls: 0,
      redrives: job.redrives + 1,
      deadlineAt,
      expiresAt: expiryOf(deadlineAt, settings),
      ...markedSent({ ...job, deadlineAt }, now),
    },
    // The job has not ended after all, so an event that is still pending must not be published.
    remove: ['eventPending', 'completedAt', 'error', 'calledTargets'],
  };
}

/** Schedules the sweeper's next check. */
export function postpone(job: DueJob, until: number): RowUpdate {
  return {
    when: [generationIs(job.generation), statusIs(job.status)],
    set: { dueAt: until },
  };
}

/** Returns the time at which the message of a waiting job can be received. */
export function visibleAt(job: DueJob, sentAt: number): number {
  return Math.max(sentAt, job.nextAttemptAt ?? 0);
}

function lease(now: number, policy: BreakerPolicy) {
  const leaseUntil = Math.ceil(now + jobLeaseMs(policy));
  return { leaseUntil, dueAt: leaseUntil };
}

/**
 * Marks the message as sent just before it is sent, which saves a second write. If the process dies
 * in between, the sweeper finds the job unclaimed while the queue is empty, and sends the message
 * again.
 */
function markedSent(job: DueJob, now: number) {
  return { sentAt: now, dueAt: dueBy(job, visibleAt(job, now) + FIRST_CHECK_MS) };
}

/** Returns the time of the sweeper's next check: no later than the deadline, when the job expires. */
function dueBy(job: DueJob, at: number): number {
  return Math.min(at, job.deadlineAt);
}
