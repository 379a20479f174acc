import type { APIGatewayProxyResult } from 'aws-lambda';
import type { Settings, SettingsFault } from '../../lambda/contract/policy.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';
import { respond } from '../../lambda/request/routes.ts';
import { type ApiEventOptions, anApiEvent } from './api-event.ts';
import type { World } from './job-world.ts';

interface ApiOptions {
  readonly settings?: Settings;
  readonly circuits?: readonly CircuitSummary[];
  readonly settingsFault?: SettingsFault;
  /** The time until the function's timeout. @default 28 s, as deployed */
  readonly remainingMs?: number;
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
  }: ApiOptions = {},
): ApiCall {
  const dependencies = {
    ...world,
    circuits: { summaries: async () => circuits },
    disabledTargets: { all: async () => ({}) },
    settingsFault: () => settingsFault,
    openApi: { openapi: '3.1.0' },
  };
  return (options) =>
    respond(
      dependencies,
      async () => settings,
      anApiEvent(options),
      world.clock.now() + remainingMs,
    );
}

export function bodyOf(result: APIGatewayProxyResult) {
  return JSON.parse(result.body);
}

export function fieldsOf(result: APIGatewayProxyResult): readonly string[] {
  return bodyOf(result).errors.map(({ field }: { readonly field: string }) => field);
}
