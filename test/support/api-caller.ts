import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { LONGEST_WAIT_SECONDS } from '../../lambda/contract/longest-wait.ts';
import type { Settings, SettingsFault } from '../../lambda/contract/policy.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';
import type { RouteDependencies } from '../../lambda/request/job-routes.ts';
import { respond } from '../../lambda/request/routes.ts';
import { type StatusDependencies, showJob } from '../../lambda/status/show-job.ts';
import { type ApiEventOptions, anApiEvent } from './api-event.ts';
import type { World } from './job-world.ts';

interface ApiOptions {
  readonly settings?: Settings;
  readonly circuits?: readonly CircuitSummary[];
  readonly settingsFault?: SettingsFault;
  /** The time until the function's timeout. @default 28 s, as deployed */
  readonly remainingMs?: number;
  /** @default 20, as deployed with a reserved concurrency */
  readonly longestWaitSeconds?: number;
}

export type ApiCall = (options: ApiEventOptions) => Promise<APIGatewayProxyResult>;

/** Returns a function that sends a request to the API, which uses the ports of a test world. */
export function anApi(
  world: World,
  {
    settings = world.settings,
    circuits = [],
    settingsFault,
    remainingMs = 28_000,
    longestWaitSeconds = LONGEST_WAIT_SECONDS.reserved,
  }: ApiOptions = {},
): ApiCall {
  const dependencies = {
    ...world,
    circuits: { summaries: async () => circuits },
    disabledTargets: { all: async () => ({}) },
    settingsFault: () => settingsFault,
    openApi: { openapi: '3.1.0' },
    longestWaitSeconds,
  };
  return (options) =>
    callFunction(
      dependencies,
      async () => settings,
      anApiEvent(options),
      world.clock.now() + remainingMs,
    );
}

/** Calls the function to which the gateway sends the event. */
export function callFunction(
  dependencies: RouteDependencies & StatusDependencies,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
  endsAtMs: number,
): Promise<APIGatewayProxyResult> {
  const isOfOneJob = event.httpMethod === 'GET' && event.resource === '/jobs/{id}';
  return isOfOneJob
    ? showJob(dependencies, readSettings, event, endsAtMs)
    : respond(dependencies, readSettings, event);
}

export function bodyOf(result: APIGatewayProxyResult) {
  return JSON.parse(result.body);
}

export function fieldsOf(result: APIGatewayProxyResult): readonly string[] {
  return bodyOf(result).errors.map(({ field }: { readonly field: string }) => field);
}
