import type { JobFilter } from '../core/jobs/job-query.ts';
import type { JobPage, JobStore } from '../core/jobs/job-store.ts';
import { inBatches } from './in-batches.ts';

interface MergedQuery extends JobFilter {
  readonly limit: number;
  readonly after?: string;
}

/**
 * Returns a page of the jobs of several tenants, newest first. A position is a `createdKey`, which
 * orders the jobs of all tenants, so one `after` continues the lists of all of them.
 *
 * The read of a tenant's list may end early, so the page ends where the first of these reads ends:
 * beyond that, a job of that tenant could be missing.
 */
export async function mergedJobs(
  jobs: Pick<JobStore, 'list'>,
  tenants: readonly string[],
  query: MergedQuery,
  now: number,
): Promise<JobPage> {
  const pages = await inBatches(tenants, (tenant) => jobs.list({ ...query, tenant }, now));
  const readTo = newest(pages.flatMap(({ next }) => next ?? []));
  const found = pages
    .flatMap((page) => page.jobs)
    .filter(({ createdKey }) => readTo === undefined || createdKey >= readTo)
    .sort((a, b) => (a.createdKey < b.createdKey ? 1 : -1));
  const shown = found.slice(0, query.limit);
  const next = found.length > query.limit ? shown.at(-1)?.createdKey : readTo;
  return { jobs: shown, ...(next !== undefined && { next }) };
}

function newest(positions: readonly string[]): string | undefined {
  return [...positions].sort().at(-1);
}
