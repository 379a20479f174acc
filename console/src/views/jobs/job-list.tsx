import type { AdminJob, AdminJobList } from '../../../contract/jobs.ts';
import { Trouble } from '../elements/trouble.tsx';
import { useLoaded } from '../elements/use-loaded.ts';
import { distanceOf, dollarsOf } from '../format.ts';
import type { ViewProps } from '../view-props.ts';
import { AttemptChain } from './attempt-chain.tsx';
import { JobFilters } from './job-filters.tsx';
import { type JobQuery, jobsAddress, readJobQuery } from './job-query.ts';
import { JobMarks, JobStatusLine } from './job-status.tsx';
import { refreshEveryMs } from './refresh.ts';

/** The number of jobs on a page. */
const PAGE = 25;

/** The list of jobs with its filters, newest first. */
export function JobList({ search, instance, api, nowMs }: ViewProps & { readonly search: string }) {
  const query = readJobQuery(search);
  const list = useLoaded<AdminJobList>(
    jobsAddress(query),
    (signal) => api.operator.jobs({ ...query, limit: PAGE }, signal),
    refreshEveryMs(instance),
  );
  return (
    <>
      <div class="title-row">
        <h1>Jobs</h1>
        <button type="button" class="small" onClick={list.reload}>
          Refresh
        </button>
      </div>
      <JobFilters query={query} instance={instance} tenants={list.value?.tenants ?? []} />
      <Trouble error={list.error} />
      {list.value && <Rows list={list.value} query={query} nowMs={nowMs} />}
      {!list.value && list.error === undefined && <p role="status">The jobs are being read.</p>}
    </>
  );
}

function Rows({
  list,
  query,
  nowMs,
}: {
  readonly list: AdminJobList;
  readonly query: JobQuery;
  readonly nowMs: number;
}) {
  const { cursor, ...filters } = query;
  return (
    <>
      {list.jobs.length === 0 && <Nothing query={query} hasMore={list.nextCursor !== undefined} />}
      <ul class="jobs">
        {list.jobs.map((job) => (
          <Row key={job.jobId} job={job} nowMs={nowMs} />
        ))}
      </ul>
      <nav class="actions" aria-label="Pages">
        {cursor !== undefined && <a href={jobsAddress(filters)}>Newest jobs</a>}
        {list.nextCursor !== undefined && (
          <a href={jobsAddress({ ...filters, cursor: list.nextCursor })}>Older jobs</a>
        )}
      </nav>
    </>
  );
}

function Row({ job, nowMs }: { readonly job: AdminJob; readonly nowMs: number }) {
  return (
    <li class="job">
      <div class="job-head">
        <a href={`#/jobs/${job.jobId}`}>
          <JobStatusLine job={job} nowMs={nowMs} />
          <span class="unseen">, job {job.jobId}</span>
        </a>
        <JobMarks job={job} />
      </div>
      <AttemptChain attempts={job.attempts} />
      <p class="job-facts minor">
        <time dateTime={job.createdAt} title={job.createdAt}>
          {distanceOf(job.createdAt, nowMs)}
        </time>
        <span>tenant {job.tenant}</span>
        <span>chain {job.chain}</span>
        {job.costUsd !== undefined && <span>{dollarsOf(job.costUsd)}</span>}
        {job.deferrals > 0 && <span>deferred {job.deferrals}×</span>}
        {job.redrives > 0 && <span>redriven {job.redrives}×</span>}
        <code>{job.jobId}</code>
      </p>
    </li>
  );
}

function Nothing({ query, hasMore }: { readonly query: JobQuery; readonly hasMore: boolean }) {
  if (hasMore) return <p>No job on this page has these filters. Older jobs may have them.</p>;
  if (Object.keys(query).length === 0) {
    return (
      <p>
        There is no job yet. <a href="#/submit">Submit one.</a>
      </p>
    );
  }
  return (
    <p>
      No job has these filters. <a href={jobsAddress({})}>Show all jobs.</a>
    </p>
  );
}
