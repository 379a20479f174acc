import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import {
  type AdminJob,
  type AdminJobList,
  adminJobQuery,
  adminJobsQuery,
} from '../contract/schemas/admin-jobs.ts';
import type { QuerySchema } from '../contract/schemas/queries.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import type { OperatorAction, OperatorLog } from '../core/operator-log.ts';
import type { Log } from '../core/telemetry.ts';
import { readBody, readPathParameter, readQuery } from '../http/read-event.ts';

export interface RecordDependencies {
  readonly operatorLog: OperatorLog;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

interface Recorded {
  readonly action: OperatorAction['action'];
  /** Returns what an accepted request asked for. @default nothing but the path */
  readonly requestOf?: (event: APIGatewayProxyEvent) => unknown;
  /** Returns what the record has of the body of an answer to an accepted request. @default all of it */
  readonly resultOf?: (body: unknown) => unknown;
}

/** The routes that change something, or show jobs. */
const ACTIONS: ReadonlyMap<string, Recorded> = new Map<string, Recorded>([
  ['PUT /admin/overrides/{scope}/{key+}', { action: 'override', requestOf: bodyOf }],
  ['DELETE /admin/overrides/{scope}/{key+}', { action: 'lift' }],
  ['DELETE /admin/disabled/{key+}', { action: 'enable' }],
  ['POST /admin/redrive', { action: 'redrive', requestOf: bodyOf }],
  ['GET /admin/jobs', { action: 'list', requestOf: queryOf(adminJobsQuery), resultOf: idsOf }],
  ['GET /admin/jobs/{id}', { action: 'read', requestOf: queryOf(adminJobQuery), resultOf: idOf }],
  ['DELETE /admin/jobs/{id}', { action: 'cancel', resultOf: idOf }],
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
  const recorded = ACTIONS.get(`${event.httpMethod} ${event.resource}`);
  if (!recorded) return;
  const { action, resultOf = unchanged } = recorded;
  const isAccepted = status < 300;
  const result: unknown = JSON.parse(body);
  const record = {
    atMs: clock.now(),
    action,
    ...callOf(event),
    ...(isAccepted && requestOf(recorded, event)),
    status,
    result: isAccepted ? resultOf(result) : result,
  };
  try {
    await operatorLog.write(record);
  } catch (error) {
    log.error('operator action not recorded', {
      error: errorName(error),
      record: JSON.stringify(record),
    });
  }
}

function callOf(event: APIGatewayProxyEvent) {
  const { requestId, identity } = event.requestContext;
  const scope = readPathParameter(event, 'scope');
  const key = readPathParameter(event, 'key');
  const jobId = readPathParameter(event, 'id');
  return {
    requestId,
    ...(identity.userArn && { actor: identity.userArn }),
    ...(identity.accessKey && { accessKeyId: identity.accessKey }),
    ...(identity.sourceIp && { sourceIp: identity.sourceIp }),
    ...(identity.userAgent && { userAgent: identity.userAgent }),
    ...(scope !== undefined && { scope }),
    ...(key !== undefined && { key }),
    ...(jobId !== undefined && { jobId }),
  };
}

/** The body or the query of a refused request may be anything. That of an accepted one has been checked. */
function requestOf({ requestOf }: Recorded, event: APIGatewayProxyEvent) {
  const request = requestOf?.(event);
  return request === undefined ? {} : { request };
}

function bodyOf(event: APIGatewayProxyEvent): unknown {
  const body = readBody(event);
  return body.kind === 'json' ? body.value : undefined;
}

function queryOf(schema: QuerySchema<unknown>) {
  return (event: APIGatewayProxyEvent): unknown => {
    const query = readQuery(event, schema);
    return query.valid ? query.value : undefined;
  };
}

function unchanged(body: unknown): unknown {
  return body;
}

/** A job's view has texts of its caller and, if asked for, the prompt and the answer. */
function idOf(body: unknown): unknown {
  return { jobId: (body as AdminJob).jobId };
}

function idsOf(body: unknown): unknown {
  return { jobIds: (body as AdminJobList).jobs.map(({ jobId }) => jobId) };
}
