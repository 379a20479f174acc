import {
  type AdminJobList,
  type AdminJobsQuery,
  type JobFilterName,
  MOST_LISTED_TENANTS,
} from '../contract/schemas/admin-jobs.ts';
import type { Fault } from '../contract/schemas/faults.ts';
import type { JobStatus } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import { type JobFilter, passes } from '../core/jobs/job-query.ts';
import type { JobPage, JobStore } from '../core/jobs/job-store.ts';
import type { TenantRegistry } from '../core/jobs/tenant-registry.ts';
import { keptJob } from '../http/job-view.ts';
import { decodeCursor, encodeCursor } from '../http/list-cursor.ts';
import { viewAdminJob } from './admin-job.ts';
import { inBatches } from './in-batches.ts';
import { mergedJobs } from './merged-jobs.ts';

export interface ListAllDependencies {
  readonly jobs: Pick<JobStore, 'get' | 'list'>;
  readonly registry: Pick<TenantRegistry, 'all'>;
  readonly clock: Pick<Clock, 'now'>;
}

export type Listing =
  | { readonly valid: true; readonly list: AdminJobList }
  | { readonly valid: false; readonly fault: Fault };

/**
 * Returns a page of the jobs of one tenant or of all, newest first. The index finds the jobs, and the
 * row of each is read, so that a list shows the same as the job alone. A job that has changed since,
 * and no longer passes the filter, is left out.
 */
export async function listAllJobs(
  { jobs, registry, clock }: ListAllDependencies,
  query: AdminJobsQuery,
): Promise<Listing> {
  const { tenant, limit, cursor } = query;
  const scope = ['admin', tenant, query.status, query.filter, query.chain];
  const after = cursor === undefined ? undefined : decodeCursor(cursor, scope);
  if (cursor !== undefined && after === undefined) return { valid: false, fault: NOT_A_CURSOR };
  const now = clock.now();
  const tenants = await registry.all(now);
  if (tenant === undefined && tenants.length > MOST_LISTED_TENANTS) {
    return { valid: false, fault: tooManyTenants(tenants.length) };
  }

  const filter = filterOf(query);
  const listed = tenant === undefined ? tenants : [tenant];
  // No job has a status that its filter excludes.
  const page: JobPage =
    filter.statuses?.length === 0
      ? { jobs: [] }
      : await mergedJobs(jobs, listed, { ...filter, limit, after }, now);
  const rows = await inBatches(page.jobs, ({ jobId }) => jobs.get(jobId));
  const shown = rows.flatMap((row) => keptJob(row, now) ?? []);
  return {
    valid: true,
    list: {
      jobs: shown.filter((job) => passes(job, filter)).map(viewAdminJob),
      tenants: [...tenants],
      nextCursor: page.next === undefined ? undefined : encodeCursor(page.next, scope),
    },
  };
}

const STATUSES: Readonly<Record<JobFilterName, readonly JobStatus[]>> = {
  waiting: ['DEFERRED'],
  degraded: ['SUCCEEDED'],
  failed: ['FAILED', 'EXPIRED'],
  'dead-lettered': ['DEAD_LETTERED'],
};

/** A job must have the status and pass the filter. */
function filterOf({ status, filter, chain }: AdminJobsQuery): JobFilter {
  const ofFilter = filter && STATUSES[filter];
  return {
    statuses: status ? [status].filter((each) => ofFilter?.includes(each) ?? true) : ofFilter,
    chain,
    degraded: filter === 'degraded',
  };
}

const NOT_A_CURSOR = {
  field: 'cursor',
  detail: 'allowed is the nextCursor of a list with the same tenant, status, filter and chain',
};

function tooManyTenants(count: number): Fault {
  return {
    field: 'tenant',
    detail: `got none, but ${count} tenants have jobs; required is one of them if there are more than ${MOST_LISTED_TENANTS}`,
  };
}
