import type { ErrorFacts } from '../core/router/failure.ts';

/**
 * Extracts the facts from anything that the SDK can throw: modelled exceptions, proxy responses
 * that it could not parse, socket errors. It never throws. Only `failureOf` reads the error's
 * message.
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
 * Returns the delay of Bedrock's queue, which a busy Bedrock may report as JSON text inside the
 * body's `exceptionMetadata` (onyx-dot-app/onyx pull request 6368 shows one in full). The SDK
 * copies body fields to the error.
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

/**
 * Returns the error's name if it looks like one; it comes from a response header. Inside a stream,
 * the name of an exception begins with a small letter.
 */
function safeName(name: unknown): string {
  if (typeof name !== 'string' || !/^[\w.$-]{1,80}$/.test(name)) return 'Unknown';
  return name.endsWith('Exception') ? name.charAt(0).toUpperCase() + name.slice(1) : name;
}

/** Gives access to any property, including the inherited and non-enumerable ones of errors. */
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
