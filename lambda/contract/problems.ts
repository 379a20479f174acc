/**
 * The kinds of errors that callers see, as problem details (RFC 9457). The functions return them,
 * and the gateway returns them for requests that never reach a function. `type` never changes;
 * texts may.
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
  notEnded: problem('not-ended', 'The job has not ended, so its content cannot be purged', 409),
  circuitsNotShared: problem(
    'circuits-not-shared',
    'Circuits are in the memory of each worker, where no override can reach them',
    409,
  ),
  notRedrivable: problem(
    'not-redrivable',
    'Only a dead-lettered job whose content is kept can be redriven',
    409,
  ),
  redriveRunning: problem('redrive-running', 'Another redrive is running', 409),
  tooLarge: problem('too-large', 'The request body is too large', 413),
  unsupportedMediaType: problem('unsupported-media-type', 'The request body must be JSON', 415),
  idempotencyMismatch: problem(
    'idempotency-mismatch',
    'The Idempotency-Key was used with a different body',
    422,
  ),
  unsupported: problem('unsupported', 'No target has all that the job needs', 422),
  uploadUnusable: problem('upload-unusable', 'A file that the request refers to is unusable', 422),
  tooManyRequests: problem('too-many-requests', 'Too many requests', 429),
  internal: problem('internal', 'The service failed with an internal error', 500),
  unavailable: problem('unavailable', 'The service cannot accept the request at this time', 503),
  timeout: problem('timeout', 'The service did not answer in time', 504),
} as const;

/** The fault of a body that is not a JSON object; the gateway and the functions both report it. */
export const NOT_AN_OBJECT = { field: 'body', detail: 'allowed is a JSON object in UTF-8' };

/** The detail of a body above the limit, from the gateway and the functions. */
export const WAY_TO_UPLOAD =
  'allowed are 5 MB; upload a file with POST /v1/uploads and refer to it';

function problem(name: string, title: string, status: number): Problem {
  return { type: `urn:holdfast:problem:${name}`, title, status };
}
