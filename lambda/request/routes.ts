import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { PROBLEM } from '../contract/problems.ts';
import type { HealthView } from '../contract/schemas/health-view.ts';
import { noQuery } from '../contract/schemas/queries.ts';
import { errorName } from '../core/error-name.ts';
import { getHealth } from '../core/router/health.ts';
import { settingsStatus } from '../core/settings-status.ts';
import { readQuery, tenantOf } from '../http/read-event.ts';
import { invalid, json, problem, unavailable } from '../http/responses.ts';
import {
  type Call,
  deleteJob,
  postJob,
  type RouteDependencies,
  showJob,
  showJobs,
} from './job-routes.ts';

type Route = (call: Call) => Promise<APIGatewayProxyResult>;

/** The routes, by the method and resource that the gateway matched. This code parses no path. */
const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['POST /jobs', withoutQuery(postJob)],
  ['GET /jobs', showJobs],
  ['GET /jobs/{id}', showJob],
  ['DELETE /jobs/{id}', withoutQuery(deleteJob)],
  ['GET /health', withoutQuery(showHealth)],
]);

/** The only route that needs no API key; the document contains nothing secret. */
const OPENAPI = 'GET /openapi.json';

/**
 * Answers any event that API Gateway can send, and never throws. Lambda stops the function at
 * `endsAtMs`.
 */
export async function respond(
  dependencies: RouteDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
  endsAtMs: number,
): Promise<APIGatewayProxyResult> {
  const { requestId } = event.requestContext;
  try {
    const name = `${event.httpMethod} ${event.resource}`;
    if (name === OPENAPI) return json(200, dependencies.openApi, PUBLIC_FOR_MINUTES);
    const route = ROUTES.get(name);
    if (!route) return problem(PROBLEM.notFound, { requestId });
    const settings = await readSettings();
    const tenant = tenantOf(event, settings);
    if (tenant === undefined) return problem(PROBLEM.forbidden, { requestId });
    return await route({ event, settings, tenant, endsAtMs, dependencies });
  } catch (error) {
    dependencies.log.error('request failed', { requestId, error: errorName(error) });
    // The caller may retry: with an Idempotency-Key, a repeated POST creates no second job.
    return unavailable(requestId);
  }
}

async function showHealth({ settings, dependencies }: Call) {
  const health = await getHealth(dependencies, settings);
  const view: HealthView = {
    ...health,
    settings: settingsStatus(dependencies.settingsFault()),
  };
  return json(200, view);
}

function withoutQuery(route: Route): Route {
  return async (call) => {
    const parsed = readQuery(call.event, noQuery);
    return parsed.valid ? route(call) : invalid(call, parsed.errors);
  };
}

const PUBLIC_FOR_MINUTES = { 'cache-control': 'public, max-age=300' };
