import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Settings } from '../contract/policy.ts';
import { PROBLEM } from '../contract/problems.ts';
import { errorName } from '../core/error-name.ts';
import type { Log } from '../core/telemetry.ts';
import { tenantOf } from './read-event.ts';
import { problem, unavailable } from './responses.ts';

/** A request from a known tenant. */
export interface TenantCall {
  readonly event: APIGatewayProxyEvent;
  readonly settings: Settings;
  readonly tenant: string;
}

/** Answers a request with an API key, and never throws. */
export async function answerTenant(
  log: Log,
  readSettings: () => Promise<Settings>,
  event: APIGatewayProxyEvent,
  route: (call: TenantCall) => Promise<APIGatewayProxyResult>,
): Promise<APIGatewayProxyResult> {
  const { requestId } = event.requestContext;
  try {
    const settings = await readSettings();
    const tenant = tenantOf(event, settings);
    if (tenant === undefined) return problem(PROBLEM.forbidden, { requestId });
    return await route({ event, settings, tenant });
  } catch (error) {
    log.error('request failed', { requestId, error: errorName(error) });
    // The caller may retry: with an Idempotency-Key, a repeated POST creates no second job.
    return unavailable(requestId);
  }
}
