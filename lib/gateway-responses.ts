import { ResponseType, type RestApi } from 'aws-cdk-lib/aws-apigateway';
import {
  NOT_AN_OBJECT,
  PROBLEM,
  PROBLEM_CONTENT_TYPE,
  type Problem,
  WAY_TO_UPLOAD,
} from '../lambda/contract/problems.ts';
import type { Fault } from '../lambda/contract/schemas/faults.ts';

/**
 * Gives the gateway's own errors the format of the function's, so that callers parse only one.
 * `DEFAULT_4XX` and `DEFAULT_5XX` cover all kinds that are not listed.
 */
export function addGatewayResponses(api: RestApi, corsOrigins: readonly string[]): void {
  // The gateway cannot choose among several origins: pages then see its errors as failed requests.
  const [origin] = corsOrigins.length === 1 ? corsOrigins : [];
  for (const { id, type, problem, retryAfterSeconds } of GATEWAY_PROBLEMS) {
    api.addGatewayResponse(id, {
      type,
      ...(problem.status && { statusCode: String(problem.status) }),
      responseHeaders: {
        'Content-Type': quoted(PROBLEM_CONTENT_TYPE),
        ...(origin !== undefined && {
          'Access-Control-Allow-Origin': quoted(origin),
          'Access-Control-Expose-Headers': quoted('retry-after'),
        }),
        ...(retryAfterSeconds && { 'Retry-After': quoted(String(retryAfterSeconds)) }),
      },
      // The key only selects the template; the header above sets the type of the response.
      templates: { 'application/json': template(problem) },
    });
  }
}

interface GatewayProblem {
  readonly id: string;
  readonly type: ResponseType;
  readonly problem: Omit<Problem, 'status'> & {
    /** @default the gateway's own status, which the body then does not repeat */
    readonly status?: number;
    readonly detail?: string;
    readonly errors?: readonly Fault[];
  };
  readonly retryAfterSeconds?: number;
}

const { status: _any4xx, ...refused } = PROBLEM.invalidRequest;
const { status: _any5xx, ...broken } = PROBLEM.internal;

const GATEWAY_PROBLEMS: readonly GatewayProblem[] = [
  // These two cover many kinds of error, so they set no status: each kind keeps its own.
  { id: 'Refused', type: ResponseType.DEFAULT_4XX, problem: refused },
  { id: 'Broken', type: ResponseType.DEFAULT_5XX, problem: broken },
  // The gateway answers a request for an unknown route with this kind, despite its name.
  { id: 'NoRoute', type: ResponseType.MISSING_AUTHENTICATION_TOKEN, problem: PROBLEM.notFound },
  { id: 'NoKey', type: ResponseType.INVALID_API_KEY, problem: PROBLEM.forbidden },
  { id: 'WrongSignature', type: ResponseType.INVALID_SIGNATURE, problem: PROBLEM.forbidden },
  { id: 'ExpiredToken', type: ResponseType.EXPIRED_TOKEN, problem: PROBLEM.forbidden },
  { id: 'NoAccess', type: ResponseType.ACCESS_DENIED, problem: PROBLEM.forbidden },
  {
    id: 'WrongBody',
    type: ResponseType.BAD_REQUEST_BODY,
    // The gateway's model checks only that the body is an object.
    problem: { ...PROBLEM.invalidRequest, errors: [NOT_AN_OBJECT] },
  },
  {
    id: 'TooLarge',
    type: ResponseType.REQUEST_TOO_LARGE,
    problem: { ...PROBLEM.tooLarge, detail: WAY_TO_UPLOAD },
  },
  {
    id: 'NotJson',
    type: ResponseType.UNSUPPORTED_MEDIA_TYPE,
    problem: PROBLEM.unsupportedMediaType,
  },
  {
    id: 'Throttled',
    type: ResponseType.THROTTLED,
    problem: PROBLEM.tooManyRequests,
    // The usage plan's token bucket refills each second.
    retryAfterSeconds: 1,
  },
  {
    id: 'QuotaSpent',
    type: ResponseType.QUOTA_EXCEEDED,
    problem: PROBLEM.tooManyRequests,
    // A quota lasts a day, a week or a month, and the gateway does not say which.
    retryAfterSeconds: 3600,
  },
  { id: 'TimedOut', type: ResponseType.INTEGRATION_TIMEOUT, problem: PROBLEM.timeout },
];

/** The gateway expects single quotes around a constant value of a header. */
function quoted(value: string): string {
  return `'${value}'`;
}

function template(problem: GatewayProblem['problem']): string {
  return JSON.stringify({ ...problem, requestId: '$context.requestId' });
}
