import type { JobStatus } from '../../contract/words.ts';
import type { Job } from './job.ts';

/** Decides which of a tenant's jobs a list shows. */
export interface JobFilter {
  /** @default jobs of any status */
  readonly statuses?: readonly JobStatus[];
  /** @default jobs of any chain */
  readonly chain?: string;
  /** If true, only jobs that were answered with less than they asked for. @default all jobs */
  readonly degraded?: boolean;
}

export interface JobQuery extends JobFilter {
  readonly tenant: string;
  readonly limit: number;
  /** Return only jobs after this `createdKey` in the list. @default from the newest job on */
  readonly after?: string;
}

export function passes(
  job: Pick<Job, 'status' | 'chain' | 'degraded'>,
  { statuses, chain, degraded }: JobFilter,
): boolean {
  return (
    (statuses === undefined || statuses.includes(job.status)) &&
    (chain === undefined || job.chain === chain) &&
    (!degraded || job.degraded === true)
  );
}
