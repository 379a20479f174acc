import type { APIGatewayProxyResult } from 'aws-lambda';
import type { SettingsFault } from '../contract/policy.ts';
import { PROBLEM } from '../contract/problems.ts';
import type { AcceptedJob, JobView } from '../contract/schemas/job-views.ts';
import { parseJobRequest } from '../contract/schemas/jobs.ts';
import { deleteQuery, listQuery } from '../contract/schemas/queries.ts';
import { hasEnded } from '../contract/words.ts';
import { type CancelDependencies, cancelJob } from '../core/jobs/cancel-job.ts';
import type { Job } from '../core/jobs/job.ts';
import type { HealthPorts } from '../core/router/health.ts';
import type { UnsupportedNeed } from '../core/router/unsupported-needs.ts';
import { cancelled } from '../http/cancellation.ts';
import { ownJob, retryAfter, viewJob } from '../http/job-view.ts';
import { readIdempotencyKey, readJobId, readQuery } from '../http/read-event.ts';
import { faulty, invalid, json, refused } from '../http/responses.ts';
import type { TenantCall } from '../http/tenant-call.ts';
import { type AcceptDependencies, acceptJob } from './accept-job.ts';
import { callBody } from './call-body.ts';
import { mediaFaults } from './check-media.ts';
import { listJobs } from './list-jobs.ts';
import { type PurgeDependencies, purgeJob } from './purge-job.ts';

export type RouteDependencies = AcceptDependencies &
  CancelDependencies &
  PurgeDependencies &
  HealthPorts & {
    readonly settingsFault: () => SettingsFault | undefined;
    /** The OpenAPI document, served unchanged. */
    readonly openApi: object;
  };

export interface Call extends TenantCall {
  readonly dependencies: RouteDependencies;
}

export async function postJob(call: Call): Promise<APIGatewayProxyResult> {
  const { event, settings, tenant, dependencies } = call;
  const body = callBody(call);
  if ('refusal' in body) return body.refusal;
  const request = parseJobRequest(body.value, settings);
  if (!request.valid) return invalid(call, request.errors);
  const media = mediaFaults(request.value.conversation);
  if (media.length > 0) return invalid(call, media);
  const idempotencyKey = readIdempotencyKey(event);
  if (!idempotencyKey.valid) return invalid(call, idempotencyKey.errors);

  const submission = { tenant, request: request.value, idempotencyKey: idempotencyKey.value };
  const acceptance = await acceptJob(dependencies, settings, submission);
  switch (acceptance.outcome) {
    case 'accepted':
      return accepted(call, acceptance.job);
    case 'mismatch':
      return refused(call, PROBLEM.idempotencyMismatch);
    case 'unsupported':
      return refusedFor(call, acceptance.needs);
    case 'unusable-uploads':
      return faulty(call, PROBLEM.uploadUnusable, acceptance.faults);
    default:
      return acceptance satisfies never;
  }
}

function accepted({ event, dependencies }: Call, job: Job): APIGatewayProxyResult {
  const { jobId, status } = job;
  // The path as the caller sees it, including the stage or the domain's base path.
  const self = `${event.requestContext.path.replace(/\/$/, '')}/${jobId}`;
  const answer: AcceptedJob = { jobId, status, links: { self } };
  return json(hasEnded(status) ? 200 : 202, answer, {
    location: self,
    ...retryAfter(job, dependencies.clock.now()),
  });
}

export async function showJobs(call: Call): Promise<APIGatewayProxyResult> {
  const query = readQuery(call.event, listQuery);
  if (!query.valid) return invalid(call, query.errors);
  const list = await listJobs(call.dependencies, call.tenant, query.value);
  return list ? json(200, list) : invalid(call, [NOT_A_CURSOR]);
}

export async function deleteJob(call: Call): Promise<APIGatewayProxyResult> {
  const query = readQuery(call.event, deleteQuery);
  if (!query.valid) return invalid(call, query.errors);
  return query.value.purge === 'true' ? purge(call) : cancel(call);
}

async function cancel(call: Call): Promise<APIGatewayProxyResult> {
  const { dependencies, tenant, event } = call;
  const cancellation = await cancelJob(dependencies, readJobId(event), (row, now) =>
    ownJob(row, tenant, now),
  );
  return cancelled(call, cancellation, dependencies.clock.now(), viewJob);
}

/** Refuses a job that no target can serve: waiting would not change that. */
function refusedFor(call: Call, unsupported: readonly UnsupportedNeed[]) {
  const errors = unsupported.map((each) => ({ field: each.path, detail: detailOf(each) }));
  return faulty(call, PROBLEM.unsupported, errors);
}

function detailOf(unsupported: UnsupportedNeed): string {
  const targets = unsupported.targets.join(', ');
  if (unsupported.need !== 'tokensPerDay') {
    return `needs ${unsupported.need}, which these targets lack: ${targets}`;
  }
  const { heldTokens, tokensPerDay } = unsupported;
  return `the prompt and the answer may use ${heldTokens} tokens of a quota that has ${tokensPerDay} tokens a day, at ${targets}`;
}

async function purge(call: Call): Promise<APIGatewayProxyResult> {
  const purged = await purgeJob(call.dependencies, call.tenant, readJobId(call.event));
  switch (purged.outcome) {
    case 'purged': {
      const view: JobView = viewJob(purged.job);
      return json(200, view);
    }
    case 'not-ended':
      return refused(call, PROBLEM.notEnded);
    case 'unknown':
      return refused(call, PROBLEM.notFound);
    default:
      return purged satisfies never;
  }
}

const NOT_A_CURSOR = {
  field: 'cursor',
  detail: 'allowed is the nextCursor of a list with the same API key and status',
};
