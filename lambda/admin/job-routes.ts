import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { PROBLEM } from '../contract/problems.ts';
import {
  type AdminJobDetail,
  adminJobQuery,
  adminJobsQuery,
} from '../contract/schemas/admin-jobs.ts';
import { noQuery } from '../contract/schemas/queries.ts';
import { type CancelDependencies, cancelJob } from '../core/jobs/cancel-job.ts';
import type { Log } from '../core/telemetry.ts';
import { cancelled } from '../http/cancellation.ts';
import { keptJob, retryAfter } from '../http/job-view.ts';
import { readJobId, readQuery } from '../http/read-event.ts';
import { invalid, json, refused } from '../http/responses.ts';
import { viewAdminJob } from './admin-job.ts';
import { type ListAllDependencies, listAllJobs } from './list-all-jobs.ts';
import { type ReadDependencies, readJob } from './read-job.ts';

export interface JobRouteDependencies
  extends ListAllDependencies,
    ReadDependencies,
    CancelDependencies {
  readonly jobs: ListAllDependencies['jobs'] & CancelDependencies['jobs'];
  readonly log: Log;
}

/** An operator's call about jobs. */
interface JobCall {
  readonly event: APIGatewayProxyEvent;
  readonly settings: Settings;
  readonly actor: string;
  readonly dependencies: JobRouteDependencies;
}

export async function showJobs(call: JobCall): Promise<APIGatewayProxyResult> {
  const query = readQuery(call.event, adminJobsQuery);
  if (!query.valid) return invalid(call, query.errors);
  const listing = await listAllJobs(call.dependencies, query.value);
  return listing.valid ? json(200, listing.list) : invalid(call, [listing.fault]);
}

export async function showJob(call: JobCall): Promise<APIGatewayProxyResult> {
  const { event, settings, dependencies } = call;
  const query = readQuery(event, adminJobQuery);
  if (!query.valid) return invalid(call, query.errors);
  const { content } = query.value;
  const found = await readJob(dependencies, readJobId(event), content, settings.jobs);
  if (!found) return refused(call, PROBLEM.notFound);
  const view: AdminJobDetail = found.view;
  return json(200, view, retryAfter(found.job, dependencies.clock.now()));
}

export async function deleteJob(call: JobCall): Promise<APIGatewayProxyResult> {
  const { event, actor, dependencies } = call;
  const query = readQuery(event, noQuery);
  if (!query.valid) return invalid(call, query.errors);
  const cancellation = await cancelJob(dependencies, readJobId(event), keptJob);
  if (cancellation.outcome === 'accepted') {
    const { jobId } = cancellation.job;
    dependencies.log.info('job cancelled by an operator', { jobId, actor });
  }
  return cancelled(call, cancellation, dependencies.clock.now(), viewAdminJob);
}
