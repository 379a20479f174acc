import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings, SettingsFault } from '../contract/policy.ts';
import { NOT_AN_OBJECT, PROBLEM } from '../contract/problems.ts';
import type { AcceptedJob, JobView } from '../contract/schemas/job-views.ts';
import { parseJobRequest } from '../contract/schemas/jobs.ts';
import { jobQuery, listQuery } from '../contract/schemas/queries.ts';
import { hasEnded } from '../contract/words.ts';
import type { Job } from '../core/jobs/job.ts';
import type { HealthPorts } from '../core/router/health.ts';
import { readBody, readIdempotencyKey, readQuery } from '../http/read-event.ts';
import { invalid, json, refused } from '../http/responses.ts';
import { type AcceptDependencies, acceptJob } from './accept-job.ts';
import { type CancelDependencies, cancelJob } from './cancel-job.ts';
import { getJob } from './get-job.ts';
import { retryAfterSeconds, viewJob } from './job-view.ts';
import { listJobs } from './list-jobs.ts';

export type RouteDependencies = AcceptDependencies &
  CancelDependencies &
  HealthPorts & {
    readonly settingsFault: () => SettingsFault | undefined;
    /** The OpenAPI document, served unchanged. */
    readonly openApi: object;
  };

/** A request from a known tenant. */
export interface Call {
  readonly event: APIGatewayProxyEvent;
  readonly settings: Settings;
  readonly tenant: string;
  /** The time at which Lambda stops the function. */
  readonly endsAtMs: number;
  readonly dependencies: RouteDependencies;
}

export async function postJob(call: Call): Promise<APIGatewayProxyResult> {
  const { event, settings, tenant, dependencies } = call;
  const body = readBody(event);
  if (body.kind === 'too-large') return refused(call, PROBLEM.tooLarge);
  if (body.kind === 'not-json') return invalid(call, [NOT_AN_OBJECT]);
  const request = parseJobRequest(body.value, settings);
  if (!request.valid) return invalid(call, request.errors);
  const idempotencyKey = readIdempotencyKey(event);
  if (!idempotencyKey.valid) return invalid(call, idempotencyKey.errors);

  const submission = { tenant, request: request.value, idempotencyKey: idempotencyKey.value };
  const accepted = await acceptJob(dependencies, settings, submission);
  if (accepted.outcome === 'mismatch') return refused(call, PROBLEM.idempotencyMismatch);
  const { jobId, status } = accepted.job;
  // The path as the caller sees it, including the stage or the domain's base path.
  const self = `${event.requestContext.path.replace(/\/$/, '')}/${jobId}`;
  const answer: AcceptedJob = { jobId, status, links: { self } };
  return json(hasEnded(status) ? 200 : 202, answer, {
    location: self,
    ...retryAfter(call, accepted.job),
  });
}

export async function showJob(call: Call): Promise<APIGatewayProxyResult> {
  const query = readQuery(call.event, jobQuery);
  if (!query.valid) return invalid(call, query.errors);
  const { tenant, dependencies, endsAtMs } = call;
  const waitUntilMs = Math.min(
    dependencies.clock.now() + query.value.wait * 1000,
    endsAtMs - ANSWER_MARGIN_MS,
  );
  const found = await getJob(dependencies, tenant, idOf(call), waitUntilMs);
  if (!found) return refused(call, PROBLEM.notFound);
  return json(200, found.view, retryAfter(call, found.job));
}

export async function showJobs(call: Call): Promise<APIGatewayProxyResult> {
  const query = readQuery(call.event, listQuery);
  if (!query.valid) return invalid(call, query.errors);
  const list = await listJobs(call.dependencies, call.tenant, query.value);
  return list ? json(200, list) : invalid(call, [NOT_A_CURSOR]);
}

export async function deleteJob(call: Call): Promise<APIGatewayProxyResult> {
  const cancellation = await cancelJob(call.dependencies, call.tenant, idOf(call));
  switch (cancellation.outcome) {
    case 'accepted': {
      const view: JobView = viewJob(cancellation.job);
      return json(202, view, retryAfter(call, cancellation.job));
    }
    case 'ended':
      return refused(call, PROBLEM.alreadyEnded);
    case 'unknown':
      return refused(call, PROBLEM.notFound);
    default:
      return cancellation satisfies never;
  }
}

/** The time reserved after the wait for reading and returning the model's answer. */
const ANSWER_MARGIN_MS = 5000;

const NOT_A_CURSOR = {
  field: 'cursor',
  detail: 'allowed is the nextCursor of a list with the same API key and status',
};

function idOf({ event }: Call): string {
  return event.pathParameters?.id ?? '';
}

function retryAfter({ dependencies }: Call, job: Job) {
  return { 'retry-after': retryAfterSeconds(job, dependencies.clock.now())?.toString() };
}
