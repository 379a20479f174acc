import type { APIGatewayProxyEvent, APIGatewayProxyResult } from 'aws-lambda';
import { PROBLEM, PROBLEM_CONTENT_TYPE, type Problem } from '../contract/problems.ts';
import type { Fault } from '../contract/schemas/faults.ts';
import type { ProblemDetails } from '../contract/schemas/problem-details.ts';

type Headers = Readonly<Record<string, string>>;

export function json(
  statusCode: number,
  body: object,
  headers: Headers = {},
): APIGatewayProxyResult {
  return response(statusCode, 'application/json', body, headers);
}

type ProblemFacts = Pick<ProblemDetails, 'requestId' | 'detail' | 'errors'>;

/** Returns problem details (RFC 9457). The log line with the same `requestId` has more details. */
export function problem(
  kind: Problem,
  facts: ProblemFacts,
  headers: Headers = {},
): APIGatewayProxyResult {
  const details: ProblemDetails = { ...kind, ...facts };
  return response(kind.status, PROBLEM_CONTENT_TYPE, details, headers);
}

/** The request that a route answers. */
export interface Call {
  readonly event: APIGatewayProxyEvent;
}

export function refused({ event }: Call, kind: Problem, detail?: string): APIGatewayProxyResult {
  return problem(kind, { requestId: event.requestContext.requestId, detail });
}

export function invalid(call: Call, errors: readonly Fault[]): APIGatewayProxyResult {
  return faulty(call, PROBLEM.invalidRequest, errors);
}

/** Returns a problem that lies with some fields of the request. */
export function faulty(
  { event }: Call,
  kind: Problem,
  errors: readonly Fault[],
): APIGatewayProxyResult {
  return problem(kind, { requestId: event.requestContext.requestId, errors });
}

/** Returns 503 for a request that failed because a store or a queue did not respond. */
export function unavailable(requestId: string): APIGatewayProxyResult {
  return problem(PROBLEM.unavailable, { requestId }, { 'retry-after': RETRY_AFTER_SECONDS });
}

/**
 * The wait that a 503 asks for. The SDK has already retried, so an immediate retry would likely
 * fail too.
 */
const RETRY_AFTER_SECONDS = '5';

function response(
  statusCode: number,
  contentType: string,
  body: object,
  headers: Headers,
): APIGatewayProxyResult {
  return {
    statusCode,
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      ...headers,
    },
    body: JSON.stringify(body),
  };
}
