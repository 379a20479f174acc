import type { APIGatewayProxyResult } from 'aws-lambda';
import { PROBLEM_CONTENT_TYPE, type Problem } from '../contract/problems.ts';
import type { Fault } from '../contract/schemas/jobs.ts';

type Headers = Readonly<Record<string, string | undefined>>;

export function json(
  statusCode: number,
  body: object,
  headers: Headers = {},
): APIGatewayProxyResult {
  return response(statusCode, 'application/json', body, headers);
}

export interface ProblemFacts {
  readonly requestId: string;
  readonly detail?: string;
  readonly errors?: readonly Fault[];
}

/** RFC 9457; `requestId` finds the log line that says more. */
export function problem(
  kind: Problem,
  facts: ProblemFacts,
  headers: Headers = {},
): APIGatewayProxyResult {
  return response(kind.status, PROBLEM_CONTENT_TYPE, { ...kind, ...facts }, headers);
}

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
