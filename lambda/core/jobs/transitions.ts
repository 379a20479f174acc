/**
 * Every way in which a job's row may change, its ends apart (end-transitions.ts), with the
 * conditions that make it safe against twins: two workers with one message, a worker that outlives
 * its lease, a sweeper on an old index.
 *
 *   worker A  claim(tokenA) ── call ──────── lease ends ──────── succeed(tokenA) → refused
 *   sweeper                                      requeue(generation + 1)
 *   worker B                                              claim(tokenB) ── call ── succeed(tokenB)
 */
import { type BreakerPolicy, leaseSeconds, type Settings } from '../../contract/policy.ts';
import type { Attempt } from '../router/run-result.ts';
import {
  claimsBelow,
  deadlineAfter,
  generationIs,
  IS_RUNNING,
  IS_UNENDED,
  IS_WAITING,
  isMine,
  NOT_CANCELLED,
  noLiveLease,
  statusIs,
} from './clauses.ts';
import { type DueJob, expiryOf, FIRST_LOOK_MS, type Job } from './job.ts';
import type { RowUpdate } from './row-update.ts';

/** A message sent this long ago and still not claimed may be lost; SQS itself delays up to this. */
export const UNCLAIMED_GRACE_MS = 15 * 60_000;

/** The sweeper has sent the message for certain; only while no worker was quicker. */
export function sent(job: DueJob, now: number): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_WAITING],
    set: { sentAt: now, dueAt: dueBy(job, visibleAt(job, now) + UNCLAIMED_GRACE_MS) },
  };
}

/** The queue has not taken the message. */
export function unsent(job: DueJob, now: number): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_WAITING],
    set: { dueAt: dueBy(job, now + FIRST_LOOK_MS) },
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
      IS_UNENDED,
      noLiveLease(now),
      deadlineAfter(now),
      NOT_CANCELLED,
      claimsBelow(settings.jobs.maxAttempts),
    ],
    set: { status: 'RUNNING', claimToken, ...lease(now, settings.breaker) },
    add: { claims: 1 },
  };
}

/** Before each call: the lease outlives it, and a cancel that came meanwhile is seen. */
export function renew(job: Job, now: number, policy: BreakerPolicy): RowUpdate {
  return { when: [...isMine(job), NOT_CANCELLED], set: lease(now, policy) };
}

/** The job waits for its targets; the claim is given back, and messages that are out are void. */
export function defer(
  job: Job,
  nextAttemptAt: number,
  attempts: readonly Attempt[],
  now: number,
): RowUpdate {
  return {
    when: isMine(job),
    set: {
      status: 'DEFERRED',
      claimToken: job.claimToken,
      generation: job.generation + 1,
      claims: job.claims - 1,
      deferrals: job.deferrals + 1,
      nextAttemptAt,
      attempts,
      ...onItsWay({ ...job, nextAttemptAt }, now),
    },
    remove: ['leaseUntil'],
  };
}

/** The invocation had no time left for a call: the job goes on at once, its claim given back. */
export function release(job: Job, attempts: readonly Attempt[], now: number): RowUpdate {
  return {
    when: isMine(job),
    set: {
      status: 'QUEUED',
      claimToken: job.claimToken,
      claims: job.claims - 1,
      attempts,
      ...onItsWay(job, now),
    },
    remove: ['leaseUntil', 'nextAttemptAt'],
  };
}

/** The lease of a run ended without a word; the claim stays spent, for the run may be the cause. */
export function requeue(job: DueJob, now: number): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_RUNNING, noLiveLease(now)],
    set: { status: 'QUEUED', generation: job.generation + 1, ...onItsWay(job, now) },
    remove: ['leaseUntil', 'nextAttemptAt'],
  };
}

/** The job is in the hands of a run, which looks before each call. */
export function requestCancel(job: DueJob): RowUpdate {
  return {
    when: [generationIs(job.generation), IS_RUNNING],
    set: { cancelRequested: true },
  };
}

/** By an operator: all claims anew, and as much time as the job had at first. */
export function redrive(job: Job, now: number, settings: Settings): RowUpdate {
  const { deadlineSeconds = settings.jobs.deadlineSeconds } = job;
  const deadlineAt = now + deadlineSeconds * 1000;
  return {
    when: [generationIs(job.generation), statusIs('DEAD_LETTERED')],
    set: {
      status: 'QUEUED',
      generation: job.generation + 1,
      claims: 0,
      deferrals: 0,
      redrives: job.redrives + 1,
      deadlineAt,
      expiresAt: expiryOf(deadlineAt, settings),
      ...onItsWay({ ...job, deadlineAt }, now),
    },
    // Its end was none: an event of it that is not out yet would mislead.
    remove: ['eventPending', 'completedAt', 'error'],
  };
}

/** Looks again later. */
export function postpone(job: DueJob, until: number): RowUpdate {
  return {
    when: [generationIs(job.generation), statusIs(job.status)],
    set: { dueAt: until },
  };
}

/** When the message of a waiting job can be received. */
export function visibleAt(job: DueJob, sentAt: number): number {
  return Math.max(sentAt, job.nextAttemptAt ?? 0);
}

function lease(now: number, policy: BreakerPolicy) {
  const leaseUntil = Math.ceil(now + leaseSeconds(policy) * 1000);
  return { leaseUntil, dueAt: leaseUntil };
}

/**
 * The message goes out right after this write, which notes it beforehand and so saves a write after
 * it. What dies in between leaves a row that only looks sent: the sweeper finds it unclaimed, and no
 * message for it in the queue.
 */
function onItsWay(job: DueJob, now: number) {
  return { sentAt: now, dueAt: dueBy(job, visibleAt(job, now) + FIRST_LOOK_MS) };
}

/** No later than the deadline, at which the job expires. */
function dueBy(job: DueJob, at: number): number {
  return Math.min(at, job.deadlineAt);
}
