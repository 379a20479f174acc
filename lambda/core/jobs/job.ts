import { defaultChain } from '../../contract/chains.ts';
import type { JobOptions } from '../../contract/job-request.ts';
import { SWEEP_SHARDS } from '../../contract/keys.ts';
import type { Settings } from '../../contract/policy.ts';
import type { JobStatus, PurgeState } from '../../contract/words.ts';
import type { Booking } from '../admission/booking.ts';
import { isoTime } from '../clock.ts';
import type { AnswerFacts, Attempt, RefusedTarget } from '../router/run-result.ts';

/**
 * A row of the jobs table: everything about one job except its prompt and its answer's text, which
 * S3 holds. Only the transitions write it; `status` determines which optional fields are present.
 * Times are milliseconds since the Unix epoch, except `expiresAt`.
 */
export interface Job extends JobOptions, Partial<AnswerFacts> {
  readonly jobId: string;
  readonly tenant: string;
  /** The chain that the caller named, or the default chain at that time. */
  readonly chain: string;
  readonly createdAt: number;
  /** `createdAt#jobId` with the time in ISO 8601: the sort key of a tenant's list. */
  readonly createdKey: string;
  /** Hash of the validated body. It detects a reused idempotency key and is part of the prompt's name. */
  readonly bodyHash: string;
  /** Identifies the request that created the row, so a retried write recognises its own row. */
  readonly requestToken: string;
  /** The size of the prompt as JSON, with its files as base64. */
  readonly inputBytes: number;
  readonly deadlineAt: number;
  /** Seconds since the Unix epoch, as DynamoDB's TTL requires. */
  readonly expiresAt: number;

  readonly status: JobStatus;
  /** Grows to invalidate earlier messages. Starts as the time of creation in seconds. */
  readonly generation: number;
  /** The number of started runs, without those (such as deferrals) that gave their claim back. */
  readonly claims: number;
  readonly deferrals: number;
  /** Number of runs in a row that called targets without an answer; the back-off grows with it. */
  readonly failedRuns: number;
  /** Number of failed calls that the job has been charged with. */
  readonly failedCalls: number;
  /** Targets that the job's run had called when it was put back for lack of time. */
  readonly calledTargets?: readonly string[];
  /** Targets that refused the job. They stay, also after a redrive: no run asks them again. */
  readonly refusedTargets?: readonly RefusedTarget[];
  readonly redrives: number;
  /** Token of the last claim. It stays after the run, so that a late write recognises its row. */
  readonly claimToken?: string;
  readonly leaseUntil?: number;
  /** Time at which this generation's message was or will be sent; absent after a failed send. */
  readonly sentAt?: number;
  readonly nextAttemptAt?: number;
  /** The quota that the last run booked for the next one. */
  readonly booking?: Booking;
  readonly cancelRequested?: boolean;
  /** True until the completion event is known to be published; until then the row is due. */
  readonly eventPending?: boolean;
  readonly sweepShard: number;
  /** Time of the sweeper's next check; absent if the sweeper has nothing left to do. */
  readonly dueAt?: number;

  readonly attempts: readonly Attempt[];
  readonly completedAt?: number;
  readonly resultBytes?: number;
  readonly error?: JobError;
  /** Present once the purge of the ended job's prompt, files and answer has begun. */
  readonly purge?: PurgeState;
}

/** The part of a row that the sweeper's index holds; transitions of a due job need no more. */
export type DueJob = Pick<Job, 'jobId' | 'tenant' | 'status' | 'generation' | 'deadlineAt'> &
  Partial<
    Pick<
      Job,
      'sentAt' | 'nextAttemptAt' | 'leaseUntil' | 'cancelRequested' | 'eventPending' | 'dueAt'
    >
  >;

/** The reason why a job ended without an answer, in words for its caller. */
export interface JobError {
  readonly type: string;
  readonly title: string;
  /** Time at which a retry may succeed; absent if it is not known. */
  readonly retryAt?: number;
  /** True if the result store holds what the model said. */
  readonly hasDetail?: true;
}

export type JobIdentity = Pick<
  Job,
  'jobId' | 'tenant' | 'bodyHash' | 'requestToken' | 'inputBytes'
>;

/** The time from a message's visibility to the sweeper's first check that the job is claimed. */
export const FIRST_CHECK_MS = 60_000;

export function newJob(
  identity: JobIdentity,
  options: JobOptions,
  now: number,
  settings: Settings,
): Job {
  const { deadlineSeconds = settings.jobs.deadlineSeconds } = options;
  const deadlineAt = now + deadlineSeconds * 1000;
  return {
    ...identity,
    ...options,
    chain: options.chain ?? defaultChain(settings),
    createdAt: now,
    createdKey: `${isoTime(now)}#${identity.jobId}`,
    deadlineAt,
    expiresAt: expiryOf(deadlineAt, settings),
    status: 'QUEUED',
    generation: Math.floor(now / 1000),
    claims: 0,
    deferrals: 0,
    failedRuns: 0,
    failedCalls: 0,
    redrives: 0,
    sentAt: now,
    sweepShard: Number.parseInt(identity.jobId.slice(0, 2), 16) % SWEEP_SHARDS,
    dueAt: Math.min(now + FIRST_CHECK_MS, deadlineAt),
    attempts: [],
  };
}

/** Returns the time at which the row may be deleted, in seconds since the Unix epoch. */
export function expiryOf(deadlineAt: number, { jobs }: Settings): number {
  return Math.ceil(deadlineAt / 1000) + jobs.retentionDays * 86_400;
}
