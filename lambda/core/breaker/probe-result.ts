import type { BreakerPolicy } from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';
import { isSlow, type Outcome } from './admission.ts';

/** The outcome of a permit's call, as the recovery counts it. */
export type ProbeResult =
  | { readonly kind: 'success' }
  | { readonly kind: 'ignored' }
  | {
      readonly kind: 'failure';
      readonly failure?: TargetFailureKind;
      readonly slow: boolean;
      readonly retryAfterMs: number;
    };

/** A single failure or slow call decides a recovery stage. */
export function probeResultOf(
  outcome: Outcome,
  elapsedMs: number,
  policy: BreakerPolicy,
): ProbeResult {
  const slow = isSlow(elapsedMs, policy);
  switch (outcome.kind) {
    case 'ignored':
      return outcome;
    case 'failure': {
      const { failure, retryAfterMs = 0 } = outcome;
      if (!policy.ignoredKinds.includes(failure)) {
        return { kind: 'failure', failure, slow, retryAfterMs };
      }
      return slow ? { kind: 'failure', slow, retryAfterMs } : { kind: 'ignored' };
    }
    case 'success':
      return slow ? { kind: 'failure', slow, retryAfterMs: 0 } : { kind: 'success' };
    default:
      return outcome satisfies never;
  }
}
