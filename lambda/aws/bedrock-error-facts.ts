import type { ErrorFacts } from '../core/router/failure.ts';

/**
 * The facts in whatever the SDK threw: modelled exceptions, replies of proxies that it could not
 * parse, errors of sockets. Nothing here may throw, and the message goes no further than `failureOf`.
 */
export function errorFacts(error: unknown): ErrorFacts {
  const { name, message, code, cause, $metadata, $response } = fields(error);
  const headers = fields(fields($response).headers);
  const status = fields($metadata).httpStatusCode ?? fields($response).statusCode;
  return {
    name: safeName(name),
    message: text(message) ?? '',
    status: number(status),
    code: text(code),
    causeCode: text(fields(cause).code),
    retryAfter: text(headers['retry-after']),
    retryAfterMs: number(headers['x-amz-retry-after']),
    expectedQueueDelayMs: expectedQueueDelayMs(error),
  };
}

/**
 * A busy Bedrock may say how long its queue is, in JSON text inside the body's `exceptionMetadata`
 * (onyx-dot-app/onyx pull request 6368 shows one in full); the SDK copies body fields to the error.
 */
function expectedQueueDelayMs(error: unknown): number | undefined {
  const { rudiMetadata } = fields(fields(error).exceptionMetadata);
  if (typeof rudiMetadata !== 'string') return undefined;
  try {
    return number(fields(JSON.parse(rudiMetadata)).expectedQueueDelayInMs);
  } catch {
    return undefined;
  }
}

/** An error's name comes from a header of the reply, so it is trusted only if it looks like one. */
function safeName(name: unknown): string {
  return typeof name === 'string' && /^[\w.$-]{1,80}$/.test(name) ? name : 'Unknown';
}

/** Any property by name, also one that is not enumerable or inherited, as those of errors are. */
function fields(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function number(value: unknown): number | undefined {
  const parsed = typeof value === 'string' ? Number.parseFloat(value) : value;
  return typeof parsed === 'number' && Number.isFinite(parsed) ? parsed : undefined;
}
