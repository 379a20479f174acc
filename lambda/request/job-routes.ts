import type { APIGatewayProxyResult } from 'aws-lambda';
import type { SettingsFault } from '../contract/policy.ts';
import { NOT_AN_OBJECT, PROBLEM } from '../contract/problems.ts';
import type { AcceptedJob, JobView } from '../contract/schemas/job-views.ts';
import { parseJobRequest } from '../contract/schemas/jobs.ts';
import { listQuery } from '../contract/schemas/queries.ts';
import { hasEnded } from '../contract/words.ts';
import type { HealthPorts } from '../core/router/health.ts';
import { type UnsupportedNeed, unsupportedNeeds } from '../core/router/unsupported-needs.ts';
import { retryAfter, viewJob } from '../http/job-view.ts';
import {
  BODY_LIMITS,
  readBody,
  readIdempotencyKey,
  readJobId,
  readQuery,
} from '../http/read-event.ts';
import { invalid, json, problem, refused } from '../http/responses.ts';
import type { TenantCall } from '../http/tenant-call.ts';
import { type AcceptDependencies, acceptJob } from './accept-job.ts';
import { type CancelDependencies, cancelJob } from './cancel-job.ts';
import { mediaFaults } from './check-media.ts';
import { listJobs } from './list-jobs.ts';

export type RouteDependencies = AcceptDependencies &
  CancelDependencies &
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
  const body = readBody(event);
  if (body.kind === 'too-large') return refused(call, PROBLEM.tooLarge);
  if (body.kind === 'too-complex') return invalid(call, [TOO_COMPLEX[body.limit]]);
  if (body.kind === 'not-json') return invalid(call, [NOT_AN_OBJECT]);
  const request = parseJobRequest(body.value, settings);
  if (!request.valid) return invalid(call, request.errors);
  const media = mediaFaults(request.value.conversation);
  if (media.length > 0) return invalid(call, media);
  const unsupported = unsupportedNeeds(settings, request.value);
  if (unsupported.length > 0) return refusedFor(call, unsupported);
  const idempotencyKey = readIdempotencyKey(event);
  if (!idempotencyKey.valid) return invalid(call, idempotencyKey.errors);

  const submission = { tenant, request: request.value, idempotencyKey: idempotencyKey.value };
  const job = await acceptJob(dependencies, settings, submission);
  if (!job) return refused(call, PROBLEM.idempotencyMismatch);
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
  const { dependencies, tenant, event } = call;
  const { clock } = dependencies;
  const cancellation = await cancelJob(dependencies, tenant, readJobId(event));
  switch (cancellation.outcome) {
    case 'accepted': {
      const view: JobView = viewJob(cancellation.job);
      return json(202, view, retryAfter(cancellation.job, clock.now()));
    }
    case 'ended':
      return refused(call, PROBLEM.alreadyEnded);
    case 'unknown':
      return refused(call, PROBLEM.notFound);
    default:
      return cancellation satisfies never;
  }
}

/** Refuses a job that no target can serve: waiting would not change that. */
function refusedFor({ event }: Call, unsupported: readonly UnsupportedNeed[]) {
  const errors = unsupported.map(({ need, path, targets }) => ({
    field: path,
    detail: `needs ${need}, which these targets lack: ${targets.join(', ')}`,
  }));
  return problem(PROBLEM.unsupported, { requestId: event.requestContext.requestId, errors });
}

const TOO_COMPLEX = {
  values: {
    field: 'body',
    detail: `got too many values, allowed are at most ${BODY_LIMITS.values}`,
  },
  depth: {
    field: 'body',
    detail: `got too many levels, allowed are at most ${BODY_LIMITS.depth}`,
  },
};

const NOT_A_CURSOR = {
  field: 'cursor',
  detail: 'allowed is the nextCursor of a list with the same API key and status',
};
