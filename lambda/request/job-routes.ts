import type { APIGatewayProxyResult } from 'aws-lambda';
import { NOT_AN_OBJECT, PROBLEM } from '../contract/problems.ts';
import type { AcceptedJob, JobView } from '../contract/schemas/job-views.ts';
import { parseJobRequest } from '../contract/schemas/jobs.ts';
import { jobQuery, listQuery } from '../contract/schemas/queries.ts';
import { hasEnded } from '../contract/words.ts';
import type { Job } from '../core/jobs/job.ts';
import { readBody, readIdempotencyKey, readQuery } from '../http/read-event.ts';
import { json } from '../http/responses.ts';
import { acceptJob } from './accept-job.ts';
import { type Call, invalid, refused } from './call.ts';
import { cancelJob } from './cancel-job.ts';
import { getJob } from './get-job.ts';
import { retryAfterSeconds, viewJob } from './job-view.ts';
import { listJobs } from './list-jobs.ts';

export async function postJob(call: Call): Promise<APIGatewayProxyResult> {
  const { event, settings, tenant, dependencies } = call;
  const body = readBody(event);
  if (body.kind === 'too-large') return refused(call, PROBLEM.tooLarge);
  if (body.kind === 'not-json') return invalid(call, [NOT_AN_OBJECT]);
  const parsed = parseJobRequest(body.value, settings);
  if (!parsed.valid) return invalid(call, parsed.errors);
  const idempotency = readIdempotencyKey(event);
  if (!idempotency.valid) return invalid(call, [NOT_A_KEY]);

  const submission = { tenant, request: parsed.request, idempotencyKey: idempotency.key };
  const accepted = await acceptJob(dependencies, settings, submission);
  if (accepted.outcome === 'mismatch') return refused(call, PROBLEM.idempotencyMismatch);
  const { jobId, status } = accepted.job;
  // The path as the caller knows it, stage or domain mapping included.
  const self = `${event.requestContext.path.replace(/\/$/, '')}/${jobId}`;
  const answer: AcceptedJob = { jobId, status, links: { self } };
  return json(hasEnded(status) ? 200 : 202, answer, {
    location: self,
    ...retryAfter(call, accepted.job),
  });
}

export async function showJob(call: Call): Promise<APIGatewayProxyResult> {
  const parsed = readQuery(call.event, jobQuery);
  if (!parsed.valid) return invalid(call, parsed.errors);
  const { tenant, dependencies, endsAtMs } = call;
  const waitUntilMs = Math.min(
    dependencies.clock.now() + parsed.query.wait * 1000,
    endsAtMs - ANSWER_MARGIN_MS,
  );
  const found = await getJob(dependencies, tenant, idOf(call), waitUntilMs);
  if (!found) return refused(call, PROBLEM.notFound);
  return json(200, found.view, retryAfter(call, found.job));
}

export async function showJobs(call: Call): Promise<APIGatewayProxyResult> {
  const parsed = readQuery(call.event, listQuery);
  if (!parsed.valid) return invalid(call, parsed.errors);
  const list = await listJobs(call.dependencies, call.tenant, parsed.query);
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

/** For what is read besides the row, and for the way back. */
const ANSWER_MARGIN_MS = 5000;

const NOT_A_KEY = {
  field: 'Idempotency-Key',
  detail: 'allowed is one value of 1 to 255 visible ASCII characters',
};
const NOT_A_CURSOR = {
  field: 'cursor',
  detail: 'allowed is a nextCursor that this key got with the same status',
};

function idOf({ event }: Call): string {
  return event.pathParameters?.id ?? '';
}

function retryAfter({ dependencies }: Call, job: Job) {
  return { 'retry-after': retryAfterSeconds(job, dependencies.clock.now())?.toString() };
}
