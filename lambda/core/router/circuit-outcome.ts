import type { FailureKind, TargetFailureKind } from '../../contract/words.ts';
import type { Outcome } from '../breaker/permit.ts';
import type { ModelResult } from './model-client.ts';

/** Translates a call's result for the circuit, which ignores faults of the caller and of the configuration. */
export function circuitOutcome(result: ModelResult): Outcome {
  switch (result.outcome) {
    case 'answer':
      return { kind: 'success', elapsedMs: result.elapsedMs };
    case 'failure': {
      const { kind, retryAfterMs } = result.failure;
      if (!isTargetKind(kind)) return { kind: 'ignored' };
      const hint = retryAfterMs === undefined ? {} : { retryAfterMs };
      return { kind: 'failure', failure: kind, elapsedMs: result.elapsedMs, ...hint };
    }
    default:
      return result satisfies never;
  }
}

function isTargetKind(kind: FailureKind): kind is TargetFailureKind {
  return kind !== 'job' && kind !== 'config';
}
