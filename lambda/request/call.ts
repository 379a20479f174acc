import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings, SettingsFault } from '../contract/policy.ts';
import { PROBLEM, type Problem } from '../contract/problems.ts';
import type { Fault } from '../contract/schemas/faults.ts';
import type { HealthPorts } from '../core/router/get-health.ts';
import { problem } from '../http/responses.ts';
import type { AcceptDependencies } from './accept-job.ts';
import type { CancelDependencies } from './cancel-job.ts';

export type RouteDependencies = AcceptDependencies &
  CancelDependencies &
  HealthPorts & {
    readonly settingsFault: () => SettingsFault | undefined;
    /** The OpenAPI document, as it is served. */
    readonly openApi: object;
  };

/** A request of a caller that is known. */
export interface Call {
  readonly event: APIGatewayProxyEvent;
  readonly settings: Settings;
  readonly tenant: string;
  /** When the function is stopped. */
  readonly endsAtMs: number;
  readonly dependencies: RouteDependencies;
}

export type Route = (call: Call) => Promise<APIGatewayProxyResult>;

export function refused({ event }: Call, kind: Problem): APIGatewayProxyResult {
  return problem(kind, { requestId: event.requestContext.requestId });
}

export function invalid({ event }: Call, errors: readonly Fault[]): APIGatewayProxyResult {
  return problem(PROBLEM.invalidRequest, { requestId: event.requestContext.requestId, errors });
}
