import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { PROBLEM } from '../contract/problems.ts';
import { type Fault, parseJobRequest } from '../contract/schemas/jobs.ts';
import { hasEnded } from '../contract/words.ts';
import { errorName } from '../core/error-name.ts';
import { type AcceptDependencies, acceptJob } from './accept-job.ts';
import { getHealth, type HealthDependencies } from './get-health.ts';
import { getJob, retryAfterSeconds } from './get-job.ts';
import { readBody, readIdempotencyKey, tenantOf } from './read-event.ts';
import { json, type ProblemFacts, problem } from './responses.ts';

export type RouteDependencies = AcceptDependencies & HealthDependencies;

interface Call {
  readonly event: APIGatewayProxyEvent;
  readonly settings: Settings;
  readonly tenant: string;
  readonly dependencies: RouteDependencies;
}

type Route = (call: Call) => Promise<APIGatewayProxyResult>;

/** By the gateway's own words for what it has matched, so no path is parsed twice. */
const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['POST /jobs', postJob],
  ['GET /jobs/{id}', showJob],
  ['GET /health', showHealth],
]);

/** Answers any event that API Gateway can send; nothing in it makes this throw. */
export async function respond(
  dependencies: RouteDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
): Promise<APIGatewayProxyResult> {
  try {
    const route = ROUTES.get(`${event.httpMethod} ${event.resource}`);
    if (!route) return problem(PROBLEM.notFound, of(event));
    const settings = await readSettings();
    const tenant = tenantOf(event, settings);
    if (tenant === undefined) return problem(PROBLEM.forbidden, of(event));
    return await route({ event, settings, tenant, dependencies });
  } catch (error) {
    const { requestId } = event.requestContext;
    dependencies.log.error('request failed', { requestId, error: errorName(error) });
    // What can throw here is a store or a queue that does not answer; nothing was accepted.
    return problem(PROBLEM.unavailable, { requestId }, { 'retry-after': RETRY_AFTER_SECONDS });
  }
}

async function postJob({ event, settings, tenant, dependencies }: Call) {
  const body = readBody(event);
  if (body.kind === 'too-large') return problem(PROBLEM.tooLarge, of(event));
  if (body.kind === 'not-json') return invalid(event, [NOT_JSON]);
  const parsed = parseJobRequest(body.value, settings);
  if (!parsed.valid) return invalid(event, parsed.errors);
  const idempotency = readIdempotencyKey(event);
  if (!idempotency.valid) return invalid(event, [NOT_A_KEY]);

  const submission = { tenant, request: parsed.request, idempotencyKey: idempotency.key };
  const accepted = await acceptJob(dependencies, settings, submission);
  if (accepted.outcome === 'mismatch') return problem(PROBLEM.idempotencyMismatch, of(event));
  const { jobId, status } = accepted.job;
  // The path as the caller knows it, stage or domain mapping included.
  const self = `${event.requestContext.path.replace(/\/$/, '')}/${jobId}`;
  const retryAfter = retryAfterSeconds(accepted.job, dependencies.clock.now());
  return json(
    hasEnded(status) ? 200 : 202,
    { jobId, status, links: { self } },
    { location: self, 'retry-after': retryAfter?.toString() },
  );
}

async function showJob({ event, tenant, dependencies }: Call) {
  const found = await getJob(dependencies, tenant, event.pathParameters?.id ?? '');
  if (!found) return problem(PROBLEM.notFound, of(event));
  const retryAfter = retryAfterSeconds(found.job, dependencies.clock.now());
  return json(200, found.view, { 'retry-after': retryAfter?.toString() });
}

async function showHealth({ settings, dependencies }: Call) {
  return json(200, await getHealth(dependencies, settings));
}

/** Longer than it takes the SDK's own attempts to fail. */
const RETRY_AFTER_SECONDS = '5';

const NOT_JSON = { field: 'body', detail: 'allowed is a JSON object in UTF-8' };
const NOT_A_KEY = {
  field: 'Idempotency-Key',
  detail: 'allowed is one value of 1 to 255 visible ASCII characters',
};

function invalid(event: APIGatewayProxyEvent, errors: readonly Fault[]) {
  return problem(PROBLEM.invalidRequest, of(event, { errors }));
}

function of(event: APIGatewayProxyEvent, facts: Partial<ProblemFacts> = {}): ProblemFacts {
  return { requestId: event.requestContext.requestId, ...facts };
}
