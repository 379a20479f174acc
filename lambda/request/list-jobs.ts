import type { JobItem, JobList } from '../contract/schemas/job-views.ts';
import type { JobStatus } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import type { JobStore, ListedJob } from '../core/jobs/job-store.ts';
import { shownTimes } from '../http/job-view.ts';
import { decodeCursor, encodeCursor } from '../http/list-cursor.ts';

export interface ListDependencies {
  readonly jobs: Pick<JobStore, 'list'>;
  readonly clock: Pick<Clock, 'now'>;
}

export interface ListRequest {
  readonly limit: number;
  readonly status?: JobStatus;
  readonly cursor?: string;
}

/** Returns a page of the tenant's jobs, newest first; undefined if the cursor is invalid. */
export async function listJobs(
  { jobs, clock }: ListDependencies,
  tenant: string,
  { limit, status, cursor }: ListRequest,
): Promise<JobList | undefined> {
  const scope = [tenant, status];
  const after = cursor === undefined ? undefined : decodeCursor(cursor, scope);
  if (cursor !== undefined && after === undefined) return undefined;
  const page = await jobs.list({ tenant, statuses: status && [status], limit, after }, clock.now());
  return {
    jobs: page.jobs.map(viewItem),
    nextCursor: page.next === undefined ? undefined : encodeCursor(page.next, scope),
  };
}

function viewItem(job: ListedJob): JobItem {
  const { jobId, status, chain, servedBy, tier, degraded } = job;
  return { jobId, status, chain, ...shownTimes(job), servedBy, tier, degraded };
}
