/**
 * Errors as callers see them (RFC 9457 problem details): the request function answers with these,
 * and so does the gateway for what never reaches a function. `type` is stable; texts may change.
 */
export const PROBLEM_CONTENT_TYPE = 'application/problem+json';

export interface Problem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
}

export const PROBLEM = {
  invalidRequest: problem('invalid-request', 'The request is not valid', 400),
  forbidden: problem('forbidden', 'The API key or the signature is missing or wrong', 403),
  notFound: problem('not-found', 'There is no such route or job', 404),
  alreadyEnded: problem('already-ended', 'The job has ended and cannot be cancelled', 409),
  circuitsNotShared: problem(
    'circuits-not-shared',
    'Each worker keeps its circuits to itself, so no override reaches it',
    409,
  ),
  tooLarge: problem('too-large', 'The request body is too large', 413),
  unsupportedMediaType: problem('unsupported-media-type', 'The body has to be JSON', 415),
  idempotencyMismatch: problem('idempotency-mismatch', 'The key was used with another body', 422),
  tooManyRequests: problem('too-many-requests', 'Too many requests', 429),
  internal: problem('internal', 'Something broke on our side', 500),
  unavailable: problem('unavailable', 'The service cannot take the request at this moment', 503),
  timeout: problem('timeout', 'The service did not answer in time', 504),
} as const;

/** The fault of a body that is no JSON object, whoever finds it out. */
export const NOT_AN_OBJECT = { field: 'body', detail: 'allowed is a JSON object in UTF-8' };

function problem(name: string, title: string, status: number): Problem {
  return { type: `urn:holdfast:problem:${name}`, title, status };
}
