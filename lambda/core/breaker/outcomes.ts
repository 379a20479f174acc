import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Outcome } from './admission.ts';
import type { ProbeResult } from './recovery.ts';

export function isSlow(outcome: Outcome, { slowCallSeconds }: BreakerPolicy): boolean {
  if (slowCallSeconds === undefined || outcome.kind === 'ignored') return false;
  return outcome.elapsedMs >= slowCallSeconds * 1000;
}

/** What an outcome means for a recovery stage, where a single failure or slow call decides. */
export function probeResultOf(outcome: Outcome, policy: BreakerPolicy): ProbeResult {
  const slow = isSlow(outcome, policy);
  switch (outcome.kind) {
    case 'ignored':
      return outcome;
    case 'failure': {
      const { failure, retryAfterMs = 0 } = outcome;
      if (!policy.ignoredKinds.includes(failure))
        return { kind: 'failure', failure, slow, retryAfterMs };
      return slow ? { kind: 'failure', slow, retryAfterMs } : { kind: 'ignored' };
    }
    case 'success':
      return slow ? { kind: 'failure', slow, retryAfterMs: 0 } : { kind: 'success' };
    default:
      return outcome satisfies never;
  }
}
