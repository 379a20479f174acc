import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Circuit, HalfOpen } from './circuit.ts';
import { permitsOf } from './recovery.ts';
import { timingOf } from './timing.ts';

/** What a circuit says to a caller, as far as a view of it can tell. */
export type Standing =
  | { readonly says: 'admitted' }
  /** A permit may be free: only a claim can tell. */
  | { readonly says: 'claim' }
  | {
      readonly says: 'rejected';
      readonly reason: 'open' | 'half-open';
      readonly retryAfterMs: number;
    };

const ADMITTED: Standing = { says: 'admitted' };
const CLAIM: Standing = { says: 'claim' };

export function standingOf(circuit: Circuit, nowMs: number, policy: BreakerPolicy): Standing {
  switch (circuit.state) {
    case 'CLOSED':
      return ADMITTED;
    case 'OPEN':
      if (nowMs >= circuit.untilMs) return CLAIM;
      return { says: 'rejected', reason: 'open', retryAfterMs: circuit.untilMs - nowMs };
    case 'HALF_OPEN':
      return mayClaim(circuit, nowMs, policy) ? CLAIM : stageIsFull(circuit, nowMs, policy);
    default:
      return circuit satisfies never;
  }
}

function mayClaim(circuit: HalfOpen, nowMs: number, policy: BreakerPolicy): boolean {
  const permits = permitsOf(circuit, policy);
  if (circuit.succeeded >= permits) return true;
  const live = circuit.leases.filter(({ untilMs }) => nowMs < untilMs).length;
  return circuit.succeeded + live < permits;
}

/** The stage may move on at any time, so a rejected caller is not sent away for a whole lease. */
function stageIsFull(circuit: HalfOpen, nowMs: number, policy: BreakerPolicy): Standing {
  const leaseEndsMs = circuit.leases.map(({ untilMs }) => untilMs).filter((end) => end > nowMs);
  const retryAfterMs = Math.min(
    timingOf(policy).recheckMs,
    ...leaseEndsMs.map((end) => end - nowMs),
  );
  return { says: 'rejected', reason: 'half-open', retryAfterMs };
}
