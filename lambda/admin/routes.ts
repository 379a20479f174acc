import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { NOT_AN_OBJECT, PROBLEM, type Problem } from '../contract/problems.ts';
import { faultsOf } from '../contract/schemas/faults.ts';
import { parseOverrideRequest } from '../contract/schemas/overrides.ts';
import { redriveRequest } from '../contract/schemas/redrive.ts';
import { errorName } from '../core/error-name.ts';
import { readBody } from '../http/read-event.ts';
import { json, type ProblemFacts, problem, unavailable } from '../http/responses.ts';
import { type EnableDependencies, enableTarget } from './enable-target.ts';
import { type AdminHealthDependencies, getAdminHealth } from './get-admin-health.ts';
import {
  liftOverride,
  type OverrideDependencies,
  type Subject,
  setOverride,
  subjectOf,
} from './override-circuits.ts';
import { type RedriveDependencies, redrive } from './redrive.ts';
import { viewOverride } from './view-override.ts';

export type AdminDependencies = AdminHealthDependencies &
  OverrideDependencies &
  EnableDependencies &
  RedriveDependencies;

interface Call {
  readonly event: APIGatewayProxyEvent;
  readonly settings: Settings;
  /** The ARN of the IAM principal that signed the request. */
  readonly actor: string;
  readonly endsAtMs: number;
  readonly dependencies: AdminDependencies;
}

type Route = (call: Call) => Promise<APIGatewayProxyResult>;

/** By the gateway's own words for what it has matched, so no path is parsed twice. */
const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['GET /admin/health', showHealth],
  ['PUT /admin/overrides/{scope}/{key+}', putOverride],
  ['DELETE /admin/overrides/{scope}/{key+}', deleteOverride],
  ['DELETE /admin/disabled/{key+}', deleteDisabled],
  ['POST /admin/redrive', postRedrive],
]);

/** Answers any event that API Gateway can send. `endsAtMs` is when the function is stopped. */
export async function respond(
  dependencies: AdminDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
  endsAtMs: number,
): Promise<APIGatewayProxyResult> {
  const { requestId, identity } = event.requestContext;
  try {
    const route = ROUTES.get(`${event.httpMethod} ${event.resource}`);
    if (!route) return problem(PROBLEM.notFound, { requestId });
    // The gateway has checked the signature; without a signer the method is not what it should be.
    const actor = identity.userArn;
    if (!actor) return problem(PROBLEM.forbidden, { requestId });
    const settings = await readSettings();
    return await route({ event, settings, actor, endsAtMs, dependencies });
  } catch (error) {
    dependencies.log.error('operators request failed', { requestId, error: errorName(error) });
    return unavailable(requestId);
  }
}

async function showHealth({ dependencies, settings }: Call) {
  return json(200, await getAdminHealth(dependencies, settings));
}

async function putOverride(call: Call) {
  const { event, settings, actor, dependencies } = call;
  const subject = readSubject(event);
  if (!subject) return refused(call, PROBLEM.notFound, { detail: NO_SUCH_SUBJECT });
  if (settings.breaker.store === 'memory') return refused(call, PROBLEM.circuitsNotShared);
  const body = readBody(event);
  if (body.kind !== 'json')
    return refused(call, PROBLEM.invalidRequest, { errors: [NOT_AN_OBJECT] });
  const parsed = parseOverrideRequest(body.value, dependencies.clock.now());
  if (!parsed.valid) return refused(call, PROBLEM.invalidRequest, { errors: parsed.errors });

  const override = await setOverride(dependencies, settings, subject, parsed.request, actor);
  if (!override) return refused(call, PROBLEM.notFound, { detail: NO_SUCH_SUBJECT });
  return json(200, viewOverride(override));
}

async function deleteOverride(call: Call) {
  const { event, actor, dependencies } = call;
  const subject = readSubject(event);
  const lifted = subject && (await liftOverride(dependencies, subject, actor));
  if (!lifted) return refused(call, PROBLEM.notFound, { detail: 'no override is in force there' });
  return json(200, viewOverride(lifted));
}

async function deleteDisabled(call: Call) {
  const { event, actor, dependencies } = call;
  const key = decoded(event.pathParameters?.key);
  const isEnabled = key !== undefined && (await enableTarget(dependencies, key, actor));
  if (!isEnabled) return refused(call, PROBLEM.notFound, { detail: 'no such target is disabled' });
  return json(200, { target: key });
}

async function postRedrive(call: Call) {
  const { event, settings, actor, endsAtMs, dependencies } = call;
  const body = event.body ? readBody(event) : { kind: 'json' as const, value: {} };
  if (body.kind !== 'json')
    return refused(call, PROBLEM.invalidRequest, { errors: [NOT_AN_OBJECT] });
  const parsed = redriveRequest.safeParse(body.value);
  if (!parsed.success) {
    const errors = faultsOf(parsed.error, body.value);
    return refused(call, PROBLEM.invalidRequest, { errors });
  }
  dependencies.log.info('redrive asked for', { actor, ...parsed.data });
  return json(200, await redrive(dependencies, settings, parsed.data, endsAtMs));
}

/** A path parameter of a REST API comes as it was sent: percent-encoded. */
function readSubject({ pathParameters }: APIGatewayProxyEvent): Subject | undefined {
  const scope = decoded(pathParameters?.scope);
  const key = decoded(pathParameters?.key);
  return scope === undefined || key === undefined ? undefined : subjectOf(scope, key);
}

/** Decoded once: what is still encoded then is part of a name, and names nothing here. */
function decoded(value: string | undefined): string | undefined {
  try {
    return value === undefined ? undefined : decodeURIComponent(value);
  } catch {
    return undefined;
  }
}

function refused({ event }: Call, kind: Problem, facts: Omit<ProblemFacts, 'requestId'> = {}) {
  return problem(kind, { requestId: event.requestContext.requestId, ...facts });
}

const NO_SUCH_SUBJECT =
  'allowed is target, profile, model or region, and after it a key that the chain has';
