import type { APIGatewayProxyResult } from 'aws-lambda';
import { PROBLEM, PROBLEM_CONTENT_TYPE, type Problem } from '../contract/problems.ts';
import type { ProblemDetails } from '../contract/schemas/problem-details.ts';

type Headers = Readonly<Record<string, string | undefined>>;

export function json(
  statusCode: number,
  body: object,
  headers: Headers = {},
): APIGatewayProxyResult {
  return response(statusCode, 'application/json', body, headers);
}

export type ProblemFacts = Pick<ProblemDetails, 'requestId' | 'detail' | 'errors'>;

/** RFC 9457; `requestId` finds the log line that says more. */
export function problem(
  kind: Problem,
  facts: ProblemFacts,
  headers: Headers = {},
): APIGatewayProxyResult {
  const details: ProblemDetails = { ...kind, ...facts };
  return response(kind.status, PROBLEM_CONTENT_TYPE, details, headers);
}

/** For what can throw: a store or a queue that does not answer. */
export function unavailable(requestId: string): APIGatewayProxyResult {
  return problem(PROBLEM.unavailable, { requestId }, { 'retry-after': RETRY_AFTER_SECONDS });
}

/** Longer than it takes the SDK's own attempts to fail. */
const RETRY_AFTER_SECONDS = '5';

function response(
  statusCode: number,
  contentType: string,
  body: object,
  headers: Headers,
): APIGatewayProxyResult {
  const given = Object.entries(headers).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return {
    statusCode,
    headers: {
      'content-type': contentType,
      'cache-control': 'no-store',
      ...Object.fromEntries(given),
    },
    body: JSON.stringify(body),
  };
}
