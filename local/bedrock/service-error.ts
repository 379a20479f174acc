import { randomUUID } from 'node:crypto';
import type { Reply } from '../../console/server/loopback.ts';

interface ServiceError {
  readonly status: number;
  readonly name: string;
  readonly message: string;
}

/**
 * The errors of the service, by the names that fault rules, log and statistics use. Error names and
 * statuses are those of the service model. Messages are those that users of the service reported.
 */
export const SERVICE_ERRORS = {
  'throttle-minute': {
    status: 429,
    name: 'ThrottlingException',
    message: 'Too many tokens, please wait before trying again.',
  },
  'throttle-day': {
    status: 429,
    name: 'ThrottlingException',
    message: 'Too many tokens per day, please wait before trying again.',
  },
  'throttle-rate': {
    status: 429,
    name: 'ThrottlingException',
    message:
      'Too many requests, please wait before trying again. You have sent too many requests.  Wait before trying again.',
  },
  'not-ready': {
    status: 429,
    name: 'ModelNotReadyException',
    message: 'Model is not ready for inference. Wait and try your request again.',
  },
  unavailable: {
    status: 503,
    name: 'ServiceUnavailableException',
    message: 'Bedrock is unable to process your request.',
  },
  'internal-error': {
    status: 500,
    name: 'InternalServerException',
    message:
      'The system encountered an unexpected error during processing. Try your request again.',
  },
  'model-timeout': {
    status: 408,
    name: 'ModelTimeoutException',
    message: 'Model has timed out in processing the request. Try your request again.',
  },
  'model-error': {
    status: 424,
    name: 'ModelErrorException',
    message:
      'The system encountered an unexpected error during processing. Try your request again.',
  },
  validation: {
    status: 400,
    name: 'ValidationException',
    message:
      'The model returned the following errors: Malformed input request, please reformat your input and try again.',
  },
  'access-denied': {
    status: 403,
    name: 'AccessDeniedException',
    message: "You don't have access to the model with the specified model ID.",
  },
  'no-subscription': {
    status: 403,
    name: 'AccessDeniedException',
    message:
      'Model access is denied due to IAM user or service role is not authorized to perform the required AWS Marketplace actions (aws-marketplace:ViewSubscriptions, aws-marketplace:Subscribe) to enable access to this model. Refer to the Amazon Bedrock documentation for further details. Your AWS Marketplace subscription for this model cannot be completed at this time. If you recently fixed this issue, try again after 5 minutes.',
  },
  'no-use-case-form': {
    status: 404,
    name: 'ResourceNotFoundException',
    message:
      'Model use case details have not been submitted for this account. Fill out the Anthropic use case details form before using the model. If you have already filled out the form, try again in 15 minutes.',
  },
  'end-of-life': {
    status: 404,
    name: 'ResourceNotFoundException',
    message:
      'This model version has reached the end of its life. Please refer to the AWS documentation for more details.',
  },
  /** Some regions return this for a retired model, not end-of-life (aws-sdk-js-v3 issue 6424). */
  'invalid-model': {
    status: 400,
    name: 'ValidationException',
    message: 'The provided model identifier is invalid.',
  },
  unsigned: {
    status: 403,
    name: 'MissingAuthenticationTokenException',
    message: 'Missing Authentication Token',
  },
  'unknown-operation': {
    status: 404,
    name: 'UnknownOperationException',
    message: 'No such operation.',
  },
} as const satisfies Record<string, ServiceError>;

export type ServiceErrorKind = keyof typeof SERVICE_ERRORS;

/** Returns a reply in the form of the service: JSON with a request id. */
export function jsonReply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Reply {
  return {
    status,
    headers: { 'content-type': 'application/json', 'x-amzn-requestid': randomUUID(), ...headers },
    body: JSON.stringify(body),
  };
}

/** Returns the error as the service sends it. `extra` adds to the body or replaces the message. */
export function serviceErrorReply(
  kind: ServiceErrorKind,
  extra: Readonly<Record<string, unknown>> = {},
): Reply {
  const { status, name, message } = SERVICE_ERRORS[kind];
  return jsonReply(
    status,
    { message, ...extra },
    { 'x-amzn-errortype': `${name}:http://internal.amazon.com/coral/com.amazon.bedrock/` },
  );
}

/**
 * Returns the extra fields of a 503 that reports the queue delay. The estimate is in a JSON text
 * inside the body, as in a report from a user (onyx pull request 6368).
 */
export function queueEstimate(expectedQueueDelayInMs: number): Readonly<Record<string, unknown>> {
  const rudiMetadata = JSON.stringify({ queueDwellTimeInMs: 0, expectedQueueDelayInMs });
  return {
    exceptionMetadata: { qosTier: '10', rudiMetadata },
    message: 'Too many connections, please wait before trying again.',
  };
}
