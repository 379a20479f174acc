import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import type { OperatorAction, OperatorLog } from '../core/operator-log.ts';
import type { Log } from '../core/telemetry.ts';
import { readBody, readPathParameter } from '../http/read-event.ts';

export interface RecordDependencies {
  readonly operatorLog: OperatorLog;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** The routes that change something. */
const ACTIONS: ReadonlyMap<string, OperatorAction['action']> = new Map([
  ['PUT /admin/overrides/{scope}/{key+}', 'override'],
  ['DELETE /admin/overrides/{scope}/{key+}', 'lift'],
  ['DELETE /admin/disabled/{key+}', 'enable'],
  ['POST /admin/redrive', 'redrive'],
]);

/**
 * Records an action with its result, also if it was refused. The action has been done by now, so if
 * the record cannot be written, the operator still gets the answer, and the function's own log gets
 * the record.
 */
export async function recordAction(
  { operatorLog, clock, log }: RecordDependencies,
  event: APIGatewayProxyEvent,
  { statusCode: status, body }: APIGatewayProxyResult,
): Promise<void> {
  const action = ACTIONS.get(`${event.httpMethod} ${event.resource}`);
  if (!action) return;
  const record = { atMs: clock.now(), action, ...callOf(event, status), result: JSON.parse(body) };
  try {
    await operatorLog.write(record);
  } catch (error) {
    log.error('operator action not recorded', {
      error: errorName(error),
      record: JSON.stringify(record),
    });
  }
}

function callOf(event: APIGatewayProxyEvent, status: number) {
  const { requestId, identity } = event.requestContext;
  const scope = readPathParameter(event, 'scope');
  const key = readPathParameter(event, 'key');
  // The body of a refused request may be anything. That of an accepted one has been checked.
  const request = status === 200 ? readBody(event) : undefined;
  return {
    requestId,
    ...(identity.userArn && { actor: identity.userArn }),
    ...(identity.accessKey && { accessKeyId: identity.accessKey }),
    ...(identity.sourceIp && { sourceIp: identity.sourceIp }),
    ...(identity.userAgent && { userAgent: identity.userAgent }),
    ...(scope !== undefined && { scope }),
    ...(key !== undefined && { key }),
    ...(request?.kind === 'json' && { request: request.value }),
    status,
  };
}
