import type { JOBS_TABLE } from '../../contract/keys.ts';
import type { DueJob, Job } from './job.ts';
import type { JobQuery } from './job-query.ts';
import type { RowUpdate } from './row-update.ts';

/** Stores the rows of all jobs. Throws only if infrastructure is broken. */
export interface JobStore {
  /** Creates the row if there is none, or replaces one that is past its `expiresAt`. */
  create(job: Job, now: number): Promise<Created>;
  /** Reads the current row, never an older copy. */
  get(jobId: string): Promise<Job | undefined>;
  /** Updates the row in one atomic step. A row that already holds the result counts as updated. */
  update(jobId: string, update: RowUpdate): Promise<Updated>;
  /**
   * Pages through a shard's rows whose `dueAt` has come, oldest first, without those for which
   * `waitsInQueue(job, now, trusted)` holds. May lag behind writes.
   */
  due(shard: number, now: number, trusted: number): AsyncIterable<readonly DueJob[]>;
  /**
   * Returns some of a shard's rows that a run holds. Reads a bounded number of rows, so it may miss
   * these rows among many others. May lag behind writes.
   */
  running(shard: number, now: number, limit: number): Promise<readonly DueJob[]>;
  /**
   * Returns a page of a tenant's jobs, newest first, without those past their `expiresAt`. Reads a
   * bounded number of rows, so a page may contain fewer than `limit` jobs, or none, although
   * another page follows. May lag behind writes.
   */
  list(query: JobQuery, now: number): Promise<JobPage>;
}

export interface JobPage {
  readonly jobs: readonly ListedJob[];
  /** The `after` of the next page; absent on the last page. */
  readonly next?: string;
}

/** The part of a row that the index of a tenant's list holds. */
export type ListedJob = Pick<
  Job,
  'jobId' | 'createdKey' | (typeof JOBS_TABLE.byTenant.include)[number]
>;

export type Created =
  | { readonly created: true }
  | { readonly created: false; readonly existing: Job };

export type Updated =
  | { readonly applied: true; readonly job: Job }
  /** `current` is absent if there is no such row. */
  | { readonly applied: false; readonly current?: Job };
