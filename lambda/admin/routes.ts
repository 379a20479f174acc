import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { NOT_AN_OBJECT, PROBLEM } from '../contract/problems.ts';
import { parse } from '../contract/schemas/faults.ts';
import { parseOverrideRequest } from '../contract/schemas/overrides.ts';
import { redriveRequest } from '../contract/schemas/redrive.ts';
import { OVERRIDE_SCOPES } from '../contract/words.ts';
import { isoTime } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { readBody, readPathParameter } from '../http/read-event.ts';
import { invalid, json, problem, refused, unavailable } from '../http/responses.ts';
import { type EnableDependencies, enableTarget } from './enable-target.ts';
import { type AdminHealthDependencies, getAdminHealth } from './get-admin-health.ts';
import { deleteJob, type JobRouteDependencies, showJob, showJobs } from './job-routes.ts';
import { type OneRedriveDependencies, redriveAlone } from './one-redrive.ts';
import {
  liftOverride,
  type OverrideDependencies,
  type Subject,
  setOverride,
  subjectOf,
  viewOverride,
} from './override-circuits.ts';
import { type RecordDependencies, recordAction } from './record-action.ts';

export type AdminDependencies = AdminHealthDependencies &
  OverrideDependencies &
  EnableDependencies &
  OneRedriveDependencies &
  JobRouteDependencies &
  RecordDependencies;

interface Call {
  readonly event: APIGatewayProxyEvent;
  readonly settings: Settings;
  /** The ARN of the IAM principal that signed the request. */
  readonly actor: string;
  /** The time at which Lambda stops the function. */
  readonly endsAtMs: number;
  readonly dependencies: AdminDependencies;
}

type Route = (call: Call) => Promise<APIGatewayProxyResult>;

/** The routes, by the method and resource that the gateway matched. This code parses no path. */
const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['GET /admin/health', showHealth],
  ['GET /admin/jobs', showJobs],
  ['GET /admin/jobs/{id}', showJob],
  ['DELETE /admin/jobs/{id}', deleteJob],
  ['PUT /admin/overrides/{scope}/{key+}', putOverride],
  ['DELETE /admin/overrides/{scope}/{key+}', deleteOverride],
  ['DELETE /admin/disabled/{key+}', deleteDisabled],
  ['POST /admin/redrive', postRedrive],
]);

/**
 * Answers any event that API Gateway can send, and records what the operator did. Lambda stops the
 * function at `endsAtMs`.
 */
export async function respond(
  dependencies: AdminDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
  endsAtMs: number,
): Promise<APIGatewayProxyResult> {
  const response = await answer(dependencies, readSettings, event, endsAtMs);
  await recordAction(dependencies, event, response);
  return response;
}

async function answer(
  dependencies: AdminDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
  endsAtMs: number,
): Promise<APIGatewayProxyResult> {
  const { requestId, identity } = event.requestContext;
  try {
    const route = ROUTES.get(`${event.httpMethod} ${event.resource}`);
    if (!route) return problem(PROBLEM.notFound, { requestId });
    // The gateway has checked the signature, so a call without a signer means that the route has
    // the wrong authorizer.
    const actor = identity.userArn;
    if (!actor) return problem(PROBLEM.forbidden, { requestId });
    const settings = await readSettings();
    return await route({ event, settings, actor, endsAtMs, dependencies });
  } catch (error) {
    dependencies.log.error('operator request failed', { requestId, error: errorName(error) });
    return unavailable(requestId);
  }
}

async function showHealth({ dependencies, settings }: Call) {
  return json(200, await getAdminHealth(dependencies, settings));
}

async function putOverride(call: Call) {
  const { event, settings, actor, dependencies } = call;
  const subject = readSubject(event);
  if (!subject) return refused(call, PROBLEM.notFound, NO_SUCH_SUBJECT);
  if (settings.breaker.store === 'memory') return refused(call, PROBLEM.circuitsNotShared);
  const body = readBody(event);
  if (body.kind !== 'json') return invalid(call, [NOT_AN_OBJECT]);
  const request = parseOverrideRequest(body.value, dependencies.clock.now());
  if (!request.valid) return invalid(call, request.errors);

  const override = await setOverride(dependencies, settings, subject, request.value, actor);
  if (!override) return refused(call, PROBLEM.notFound, NO_SUCH_SUBJECT);
  return json(200, viewOverride(override));
}

async function deleteOverride(call: Call) {
  const { event, actor, dependencies } = call;
  const subject = readSubject(event);
  const lifted = subject && (await liftOverride(dependencies, subject, actor));
  if (!lifted)
    return refused(call, PROBLEM.notFound, 'no override is in force for this scope and key');
  return json(200, viewOverride(lifted));
}

async function deleteDisabled(call: Call) {
  const { event, actor, dependencies } = call;
  const key = readPathParameter(event, 'key');
  const isEnabled = key !== undefined && (await enableTarget(dependencies, key, actor));
  if (!isEnabled) return refused(call, PROBLEM.notFound, 'no target with this name is disabled');
  return json(200, { target: key });
}

async function postRedrive(call: Call) {
  const { event, settings, actor, endsAtMs, dependencies } = call;
  const body = event.body ? readBody(event) : { kind: 'json' as const, value: {} };
  if (body.kind !== 'json') return invalid(call, [NOT_AN_OBJECT]);
  const request = parse(redriveRequest, body.value);
  if (!request.valid) return invalid(call, request.errors);
  dependencies.log.info('redrive requested', { actor, ...request.value });
  const done = await redriveAlone(dependencies, settings, request.value, actor, endsAtMs);
  switch (done.kind) {
    case 'ended':
      return json(200, done.report);
    case 'unknown':
      return refused(call, PROBLEM.notFound);
    case 'not-redrivable':
      return refused(call, PROBLEM.notRedrivable, done.detail);
    case 'refused':
      return redriveRunning(call, done);
    default:
      return done satisfies never;
  }
}

function redriveRunning(
  { event, dependencies }: Call,
  { holder, untilMs }: { readonly holder: string; readonly untilMs: number },
): APIGatewayProxyResult {
  const waitMs = untilMs - dependencies.clock.now();
  return problem(
    PROBLEM.redriveRunning,
    {
      requestId: event.requestContext.requestId,
      detail: `by ${holder}, until ${isoTime(untilMs)} at the latest`,
    },
    { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) },
  );
}

/** Reads the subject from the path. A name that is still encoded after a decoding matches none. */
function readSubject(event: APIGatewayProxyEvent): Subject | undefined {
  const scope = readPathParameter(event, 'scope');
  const key = readPathParameter(event, 'key');
  return scope === undefined || key === undefined ? undefined : subjectOf(scope, key);
}

const NO_SUCH_SUBJECT = `allowed is one of ${OVERRIDE_SCOPES.join(', ')}, followed by a key of a chain`;
