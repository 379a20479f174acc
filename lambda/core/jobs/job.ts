import { SWEEP_SHARDS } from '../../contract/keys.ts';
import type { Settings } from '../../contract/policy.ts';
import type { JobStatus, WhenOpen } from '../../contract/words.ts';
import type { Attempt } from '../router/run-result.ts';

/**
 * A row of the jobs table, the truth about one job; prompts and answers lie in S3. It is flat as the
 * table is: which of the optional fields are there follows from `status`, and the
 * transitions alone write them. Times are milliseconds since the epoch, but for `expiresAt`.
 */
export interface Job {
  readonly jobId: string;
  readonly tenant: string;
  readonly createdAt: number;
  /** `createdAt#jobId` in ISO 8601: the order of a tenant's list. */
  readonly createdKey: string;
  /** Of the validated body: tells a repeat from a reused key, and names the prompt's object. */
  readonly bodyHash: string;
  /** Of the request that put the row, so that a retried put recognises its own. */
  readonly requestToken: string;
  readonly whenOpen: WhenOpen;
  readonly minTier?: string;
  readonly regions?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** As the caller asked; absent when he left it to the settings. */
  readonly deadlineSeconds?: number;
  readonly deadlineAt: number;
  /** Seconds since the epoch, as DynamoDB's TTL wants them. */
  readonly expiresAt: number;

  readonly status: JobStatus;
  /** Grows when a message that is out must count no more; starts at the creation second. */
  readonly generation: number;
  /** Runs that were begun and not given back; a deferral gives its own back. */
  readonly claims: number;
  /** In a row; the back-off of a job that nobody can promise a time grows with it. */
  readonly deferrals: number;
  readonly redrives: number;
  /** Of the last claim; stays, so that a late or retried write finds out whose the row is. */
  readonly claimToken?: string;
  readonly leaseUntil?: number;
  /** When a message of this generation was sent, or was about to be; absent once that has failed. */
  readonly sentAt?: number;
  readonly nextAttemptAt?: number;
  readonly cancelRequested?: boolean;
  /**
   * The event of this end is not known to be out. Without `dueAt` it hangs on the message that
   * brought the end, which is deleted only after the event: then this stays.
   */
  readonly eventPending?: boolean;
  readonly sweepShard: number;
  /** When the sweeper has to look; absent at an end that it need not tell. */
  readonly dueAt?: number;

  readonly attempts: readonly Attempt[];
  readonly completedAt?: number;
  readonly servedBy?: string;
  readonly tier?: string;
  readonly degraded?: boolean;
  readonly degradedBy?: readonly string[];
  readonly truncated?: boolean;
  readonly usage?: { readonly inputTokens: number; readonly outputTokens: number };
  readonly costUsd?: number;
  readonly resultBytes?: number;
  readonly error?: JobError;
}

/** The part of a row that the sweeper's index holds; transitions of a due job need no more. */
export type DueJob = Pick<Job, 'jobId' | 'status' | 'generation' | 'deadlineAt'> &
  Partial<
    Pick<
      Job,
      'sentAt' | 'nextAttemptAt' | 'leaseUntil' | 'cancelRequested' | 'eventPending' | 'dueAt'
    >
  >;

/** Why a job ended without an answer, in words for its caller. */
export interface JobError {
  readonly type: string;
  readonly title: string;
  /** When to try again, where that is known. */
  readonly retryAt?: number;
}

/** What a caller decides about a job besides its conversation. */
export interface JobOptions {
  readonly whenOpen: WhenOpen;
  readonly minTier?: string;
  readonly regions?: readonly string[];
  readonly metadata?: Readonly<Record<string, string>>;
  readonly deadlineSeconds?: number;
}

export interface JobIdentity {
  readonly jobId: string;
  readonly tenant: string;
  readonly bodyHash: string;
  readonly requestToken: string;
}

/** A message that nobody has claimed by then, from when it can be received, is looked after. */
export const FIRST_LOOK_MS = 60_000;

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
    createdAt: now,
    createdKey: `${new Date(now).toISOString()}#${identity.jobId}`,
    deadlineAt,
    expiresAt: expiryOf(deadlineAt, settings),
    status: 'QUEUED',
    generation: Math.floor(now / 1000),
    claims: 0,
    deferrals: 0,
    redrives: 0,
    sentAt: now,
    sweepShard: Number.parseInt(identity.jobId.slice(0, 2), 16) % SWEEP_SHARDS,
    dueAt: Math.min(now + FIRST_LOOK_MS, deadlineAt),
    attempts: [],
  };
}

/** In seconds since the epoch, as DynamoDB's TTL wants it. */
export function expiryOf(deadlineAt: number, { jobs }: Settings): number {
  return Math.ceil(deadlineAt / 1000) + jobs.retentionDays * 86_400;
}
