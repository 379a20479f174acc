import type { JOBS_TABLE } from '../../contract/keys.ts';
import type { JobStatus } from '../../contract/words.ts';
import type { DueJob, Job } from './job.ts';
import type { RowUpdate } from './row-update.ts';

/** The rows of jobs. Infrastructure errors throw; everything expected is a value. */
export interface JobStore {
  /** Puts the row where there is none, or one that is past its `expiresAt`. */
  create(job: Job, now: number): Promise<Created>;
  /** The row as of now, not an older copy. */
  get(jobId: string): Promise<Job | undefined>;
  /** One atomic step; a row that shows the change already counts as changed by it. */
  update(jobId: string, change: RowUpdate): Promise<Updated>;
  /** Pages of a shard's rows whose `dueAt` has come, oldest first. May lag behind writes. */
  due(shard: number, now: number): AsyncIterable<readonly DueJob[]>;
  /**
   * Some rows of a shard that a run holds. The work is bounded, so in a crowd it may find none. May
   * lag behind writes.
   */
  running(shard: number, now: number, limit: number): Promise<readonly DueJob[]>;
  /**
   * Some of a tenant's jobs, newest first, without those past their `expiresAt`. The work is
   * bounded, so a page may have fewer than `limit`, or none, and yet be followed by another. May
   * lag behind writes.
   */
  list(query: JobQuery, now: number): Promise<JobPage>;
}

export interface JobQuery {
  readonly tenant: string;
  /** @default any */
  readonly status?: JobStatus;
  readonly limit: number;
  /** Only jobs that come after this `createdKey` in the list. */
  readonly after?: string;
}

export interface JobPage {
  readonly jobs: readonly ListedJob[];
  /** The `after` of the next page; absent when no more can follow. */
  readonly next?: string;
}

/** What the index of the list holds of a job. */
export type ListedJob = Pick<
  Job,
  'jobId' | 'createdKey' | (typeof JOBS_TABLE.byTenant.include)[number]
>;

export type Created =
  | { readonly created: true }
  | { readonly created: false; readonly existing: Job };

export type Updated =
  | { readonly applied: true; readonly job: Job }
  /** `current` is absent when there is no such row. */
  | { readonly applied: false; readonly current?: Job };
