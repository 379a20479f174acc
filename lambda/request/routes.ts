import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { PROBLEM } from '../contract/problems.ts';
import type { HealthView } from '../contract/schemas/health-view.ts';
import { noQuery } from '../contract/schemas/queries.ts';
import { getHealth } from '../core/router/health.ts';
import { settingsStatus } from '../core/settings-status.ts';
import { readQuery } from '../http/read-event.ts';
import { invalid, json, refused } from '../http/responses.ts';
import { answerTenant } from '../http/tenant-call.ts';
import { type Call, deleteJob, postJob, type RouteDependencies, showJobs } from './job-routes.ts';
import { postUpload } from './upload-routes.ts';

type Route = (call: Call) => Promise<APIGatewayProxyResult>;

/** The routes, by the method and resource that the gateway matched. This code parses no path. */
const ROUTES: ReadonlyMap<string, Route> = new Map([
  ['POST /jobs', withoutQuery(postJob)],
  ['GET /jobs', showJobs],
  ['DELETE /jobs/{id}', deleteJob],
  ['POST /uploads', withoutQuery(postUpload)],
  ['GET /health', withoutQuery(showHealth)],
]);

/** The only route that needs no API key; the document contains nothing secret. */
const OPENAPI = 'GET /openapi.json';

/** Answers any event that API Gateway can send, and never throws. */
export async function respond(
  dependencies: RouteDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
): Promise<APIGatewayProxyResult> {
  const name = `${event.httpMethod} ${event.resource}`;
  if (name === OPENAPI) return json(200, dependencies.openApi, PUBLIC_FOR_MINUTES);
  const route = ROUTES.get(name);
  if (!route) return refused({ event }, PROBLEM.notFound);
  return answerTenant(dependencies.log, readSettings, event, (call) =>
    route({ ...call, dependencies }),
  );
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
