/** The filters of the list of jobs, as the page's address has them, so that a link can be shared. */
import { JOB_STATUSES, type JobStatus } from '../../../../lambda/contract/words.ts';
import type { JobFilterName } from '../../../contract/jobs.ts';

export interface JobQuery {
  readonly filter?: JobFilterName;
  readonly status?: JobStatus;
  readonly chain?: string;
  readonly tenant?: string;
  readonly cursor?: string;
}

export const FILTER_WORDS: Readonly<Record<JobFilterName, string>> = {
  waiting: 'Waiting on an open circuit',
  degraded: 'Degraded',
  failed: 'Failed',
  'dead-lettered': 'Dead-lettered',
};

/** Reads the part of the address behind `?`. Unknown names and values are ignored. */
export function readJobQuery(search: string): JobQuery {
  const given = new URLSearchParams(search);
  const text = (name: string) => given.get(name) || undefined;
  const status = JOB_STATUSES.find((each) => each === given.get('status'));
  const filter = (Object.keys(FILTER_WORDS) as JobFilterName[]).find(
    (f) => f === given.get('filter'),
  );
  return withoutAbsent({
    filter,
    status,
    chain: text('chain'),
    tenant: text('tenant'),
    cursor: text('cursor'),
  });
}

/** Returns the address of the list with these filters: `#/jobs?filter=waiting`. */
export function jobsAddress(query: JobQuery): string {
  const search = new URLSearchParams(withoutAbsent(query) as Record<string, string>).toString();
  return search === '' ? '#/jobs' : `#/jobs?${search}`;
}

function withoutAbsent(query: JobQuery): JobQuery {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value));
}
