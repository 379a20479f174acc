import type { TargetFailureKind } from '../../contract/words.ts';
import type { Outcome } from './permit.ts';

/** The meaning of an error for the target: a failure kind, or `ignored`. */
export type Classification =
  | 'ignored'
  | TargetFailureKind
  | { readonly failure: TargetFailureKind; readonly retryAfterMs?: number };

/**
 * Classifies an error by the fields that HTTP clients set on their errors. The statuses 408, 424,
 * 429 and 5xx are failures of the target; 424 may also be the caller's own doing. Any other 4xx status, or an abort, is caused by the
 * caller and ignored. An error that has none of these fields counts as a fault of the target.
 */
export function classifyByStatus(error: unknown): Classification {
  const { name, status = statusOf(error), code } = Object(error);
  if (name === 'AbortError') return 'ignored';
  if (name === 'TimeoutError' || status === 408) return 'timeout';
  if (status === 429) return 'quota-minute';
  if (status === 503) return 'capacity';
  if (status === 424) return 'model-error';
  if (status >= 500) return 'fault';
  if (status >= 400) return 'ignored';
  return typeof code === 'string' && NETWORK_CODES.test(code) ? 'network' : 'fault';
}

const NETWORK_CODES = /^(ECONN|ENOTFOUND|EAI_|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|UND_ERR_)/;

/** Returns the status from the fields in which axios and the AWS SDK keep it. */
function statusOf(error: unknown): unknown {
  const { statusCode, response, $metadata } = Object(error);
  return statusCode ?? Object(response).status ?? Object($metadata).httpStatusCode;
}

/** Returns the outcome of a call that failed with an error of this class. */
export function outcomeOf(classification: Classification): Outcome {
  if (classification === 'ignored') return { kind: 'ignored' };
  const failed = typeof classification === 'string' ? { failure: classification } : classification;
  return { kind: 'failure', ...failed };
}
