import type { FailureKind, TargetFailureKind } from '../../contract/words.ts';
import type { Outcome } from '../breaker/permit.ts';
import { isUnusable } from './answer.ts';
import type { Reading } from './finished-call.ts';
import type { ModelResult } from './model-client.ts';

/** Translates a call's result for the circuit, which ignores faults of the caller and our own aborts. */
export function circuitOutcome(result: ModelResult, reading?: Reading): Outcome {
  const { elapsedMs } = result;
  switch (result.outcome) {
    case 'answer':
      return isUnusable(reading)
        ? { kind: 'failure', failure: 'model-error', elapsedMs }
        : { kind: 'success', elapsedMs };
    case 'failure': {
      const { kind, retryAfterMs } = result.failure;
      if (!isTargetKind(kind)) return { kind: 'ignored' };
      return { kind: 'failure', failure: kind, elapsedMs, retryAfterMs };
    }
    case 'aborted':
      return { kind: 'ignored' };
    default:
      return result satisfies never;
  }
}

function isTargetKind(kind: FailureKind): kind is TargetFailureKind {
  return kind !== 'job';
}
