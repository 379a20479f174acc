import type { BreakerPolicy } from '../../contract/policy.ts';
import { type HalfOpen, type Open, permitsOf } from './circuit.ts';
import type { Permit } from './permit.ts';
import type { CircuitSummary } from './summary.ts';
import { timingOf } from './timing.ts';

export type RejectReason =
  /** The cooldown is not over. */
  | 'open'
  /** All permits of the stage are taken. */
  | 'half-open'
  | 'forced-open'
  /** The shared state could not be read, and a guess would be unsafe. */
  | 'unknown';

export interface Rejection {
  readonly admitted: false;
  readonly key: string;
  readonly reason: RejectReason;
  readonly retryAfterMs: number;
}

/** A rejection is a value and not an exception, because the router simply skips the target. */
export type Admission = { readonly admitted: true; readonly permit: Permit } | Rejection;

/** The breaker as the router uses it. `admit` returns no promise if it needs no I/O. */
export interface CircuitGate {
  /** `subject` is the job's id. A job counts at most one failure per circuit and window. */
  admit(key: string, subject?: string): Admission | Promise<Admission>;
  summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]>;
  /**
   * Starts a circuit's traffic again at the first recovery stage, unless the circuit has changed since
   * `atMs`. Used for a target that got no calls for a reason outside its circuit.
   */
  restart(key: string, atMs: number): Promise<void>;
  /** Writes everything that is pending. Call it before the invocation ends. */
  flush(): Promise<void>;
}

/** The decision that a cached view of a circuit allows, if the circuit is not closed. */
export type AdmissionDecision =
  /** A permit may be free. Only a claim in the store can decide. */
  | { readonly type: 'claim' }
  | {
      readonly type: 'reject';
      readonly reason: 'open' | 'half-open';
      readonly retryAfterMs: number;
    };

const CLAIM: AdmissionDecision = { type: 'claim' };

export function decideAdmission(
  circuit: Open | HalfOpen,
  nowMs: number,
  policy: BreakerPolicy,
): AdmissionDecision {
  switch (circuit.state) {
    case 'OPEN':
      if (nowMs >= circuit.untilMs) return CLAIM;
      return { type: 'reject', reason: 'open', retryAfterMs: circuit.untilMs - nowMs };
    case 'HALF_OPEN':
      return mayClaim(circuit, nowMs, policy) ? CLAIM : rejectFullStage(circuit, nowMs, policy);
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

/** The stage may advance at any time, so the wait is `recheckMs` at most and not a whole lease. */
function rejectFullStage(
  circuit: HalfOpen,
  nowMs: number,
  policy: BreakerPolicy,
): AdmissionDecision {
  const waitsMs = circuit.leases.map(({ untilMs }) => untilMs - nowMs).filter((ms) => ms > 0);
  const retryAfterMs = Math.min(timingOf(policy).recheckMs, ...waitsMs);
  return { type: 'reject', reason: 'half-open', retryAfterMs };
}
