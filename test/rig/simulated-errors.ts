import type { ErrorFacts } from '../../lambda/core/router/failure.ts';
import type { FailingRule } from '../../local/bedrock/faults.ts';
import { SERVICE_ERRORS } from '../../local/bedrock/service-error.ts';
import { SAME_SERVICE_ERRORS, type StreamError } from '../../local/bedrock/stream-error.ts';

/** The error of a connection that the other side resets. */
export const RESET: ErrorFacts = { name: 'Error', message: '', code: 'ECONNRESET' };

/** Returns the error that the SDK reports for a call that fails before its first token. */
export function errorOf(rule: FailingRule): ErrorFacts {
  switch (rule.fault) {
    case 'reset':
      return RESET;
    case 'hang':
    case 'html-503':
    case 'reply':
      throw new Error(`the simulation has no error for the fault ${rule.fault}`);
    case 'unavailable':
      return { ...SERVICE_ERRORS.unavailable, expectedQueueDelayMs: rule.expectedQueueDelayInMs };
    default:
      return SERVICE_ERRORS[rule.fault];
  }
}

/** Returns the error that the SDK reports for an error event of a stream. */
export function errorInStream(error: StreamError): ErrorFacts {
  const { message } = SERVICE_ERRORS[SAME_SERVICE_ERRORS[error]];
  return { name: error.charAt(0).toUpperCase() + error.slice(1), message, status: 200 };
}
