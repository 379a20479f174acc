import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  NOT_AN_OBJECT,
  PROBLEM,
  PROBLEM_CONTENT_TYPE,
  type Problem,
} from '../lambda/contract/problems.ts';
import type { Fault } from '../lambda/contract/schemas/faults.ts';

/**
 * The gateway's own answers in the shape of the function's: callers parse one kind of error,
 * whoever refused them. `DEFAULT_*` stand for all kinds that are not listed.
 */
export function addGatewayResponses(api: RestApi): void {
  for (const { id, type, problem, retryAfterSeconds } of GATEWAY_PROBLEMS) {
    api.addGatewayResponse(id, {
      type,
      ...(problem.status && { statusCode: String(problem.status) }),
      responseHeaders: {
        'Content-Type': quoted(PROBLEM_CONTENT_TYPE),
        ...(retryAfterSeconds && { 'Retry-After': quoted(String(retryAfterSeconds)) }),
      },
      // The key chooses the template, the header above says what it makes.
      templates: { 'application/json': template(problem) },
    });
  }
}

interface GatewayProblem {
  readonly id: string;
  readonly type: ResponseType;
  readonly problem: Omit<Problem, 'status'> &
    Partial<Problem> & { readonly errors?: readonly Fault[] };
  readonly retryAfterSeconds?: number;
}

const { status: _any4xx, ...refused } = PROBLEM.invalidRequest;
const { status: _any5xx, ...broken } = PROBLEM.internal;

const GATEWAY_PROBLEMS: readonly GatewayProblem[] = [
  // One answer for many statuses: each kind keeps its own, which the template cannot know.
  { id: 'Refused', type: ResponseType.DEFAULT_4XX, problem: refused },
  { id: 'Broken', type: ResponseType.DEFAULT_5XX, problem: broken },
  // What the gateway says of a route it does not know, in API keys' terms or not.
  { id: 'NoRoute', type: ResponseType.MISSING_AUTHENTICATION_TOKEN, problem: PROBLEM.notFound },
  { id: 'NoKey', type: ResponseType.INVALID_API_KEY, problem: PROBLEM.forbidden },
  { id: 'WrongSignature', type: ResponseType.INVALID_SIGNATURE, problem: PROBLEM.forbidden },
  { id: 'ExpiredToken', type: ResponseType.EXPIRED_TOKEN, problem: PROBLEM.forbidden },
  { id: 'NoAccess', type: ResponseType.ACCESS_DENIED, problem: PROBLEM.forbidden },
  {
    id: 'WrongBody',
    type: ResponseType.BAD_REQUEST_BODY,
    // The model of a body checks no more than this.
    problem: { ...PROBLEM.invalidRequest, errors: [NOT_AN_OBJECT] },
  },
  { id: 'TooLarge', type: ResponseType.REQUEST_TOO_LARGE, problem: PROBLEM.tooLarge },
  {
    id: 'NotJson',
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    problem: PROBLEM.unsupportedMediaType,
  },
  {
    id: 'Throttled',
    type: ResponseType.THROTTLED,
    problem: PROBLEM.tooManyRequests,
    // The plan's bucket refills each second.
    retryAfterSeconds: 1,
  },
  {
    id: 'QuotaSpent',
    type: ResponseType.QUOTA_EXCEEDED,
    problem: PROBLEM.tooManyRequests,
    // Quotas run by the day, week or month; the gateway does not say which. An hour is polite.
    retryAfterSeconds: 3600,
  },
  { id: 'TimedOut', type: ResponseType.INTEGRATION_TIMEOUT, problem: PROBLEM.timeout },
];

/** Headers are mapping expressions; a constant stands in single quotes. */
function quoted(value: string): string {
  return `'${value}'`;
}

function template(problem: GatewayProblem['problem']): string {
  return JSON.stringify({ ...problem, requestId: '$context.requestId' });
}
