import type { TargetFailureKind } from '../../contract/words.ts';

/** What an error says of the target: a kind of failure, or nothing. */
export type Classification =
  | 'ignored'
  | TargetFailureKind
  | { readonly failure: TargetFailureKind; readonly retryAfterMs?: number };

/**
 * By what HTTP clients put on their errors: 408, 424, 429 and 5xx are the target's, any other 4xx
 * and the caller's own abort are the caller's. An error of unknown shape is a fault of the target.
 */
export function classifyByStatus(error: unknown): Classification {
  const { name, status = statusOf(error), code } = Object(error);
  if (name === 'AbortError') return 'ignored';
  if (name === 'TimeoutError' || status === 408) return 'timeout';
  if (status === 429) return 'quota-minute';
  if (status === 503) return 'capacity';
  if (status === 424 || status >= 500) return 'fault';
  if (status >= 400) return 'ignored';
  return typeof code === 'string' && NETWORK_CODES.test(code) ? 'network' : 'fault';
}

const NETWORK_CODES = /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_)/;

/** Where axios and the AWS SDK keep it. */
function statusOf(error: unknown): unknown {
  const { statusCode, response, $metadata } = Object(error);
  return statusCode ?? Object(response).status ?? Object($metadata).httpStatusCode;
}
