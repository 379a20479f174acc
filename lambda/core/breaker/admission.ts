import type { BreakerPolicy } from '../../contract/policy.ts';
import { type HalfOpen, type Open, permitsOf } from './circuit.ts';
import { nextPermitAtMs } from './pace.ts';
import type { Permit } from './permit.ts';
import { claimableAtMs, claimableByAllAtMs } from './recovery-turn.ts';
import type { CircuitSummary } from './summary.ts';
import { timingOf } from './timing.ts';

export type RejectReason =
  /** The cooldown is not over. */
  | 'open'
  /** All permits of the recovery stage are taken. */
  | 'half-open'
  /** The target had too little capacity, so it gets a share of the calls only. */
  | 'ramp'
  | 'forced-open'
  /** The shared state could not be read, and a guess would be unsafe. */
  | 'unknown'
  /** The daily quota of the target's region is used up. */
  | 'quota-day';

export interface Rejection {
  readonly admitted: false;
  readonly key: string;
  readonly reason: RejectReason;
  readonly retryAfterMs: number;
}

/** The result of `admit`. A rejection is no exception: the router simply skips the target. */
export type Admission = { readonly admitted: true; readonly permit: Permit } | Rejection;

/** A call that asks for admission. */
export interface CallRequest {
  /** The job's id. Each job adds at most one failure to a circuit's window. @default none */
  readonly subject?: string;
  /** The length of a recovery permit's lease. @default a stream with an ordinary prompt */
  readonly leaseMs?: number;
  /**
   * False for a job whose failed calls may be its own doing. It gets a recovery permit only after
   * the circuit has waited for other calls for a long time. @default true
   */
  readonly mayProbe?: boolean;
}

/** The part of the breaker that the router uses. `admit` returns a promise only if it needs I/O. */
export interface CircuitGate {
  admit(key: string, call?: CallRequest): Admission | Promise<Admission>;
  /**
   * Returns the latest time at which the target answered a call in the circuit's window, by this
   * worker's clock; `undefined` if it answered none. Provisional successes do not count.
   */
  lastServedAtMs(key: string): Promise<number | undefined>;
  summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]>;
  /**
   * Moves a closed circuit to the first recovery stage, unless the circuit has changed its state
   * since `atMs`. Used when a target may get calls again after something other than its circuit had
   * stopped them.
   */
  restart(key: string, atMs: number): Promise<void>;
  /** Writes all pending counts and changes. Call `flush` before the invocation ends. */
  flush(): Promise<void>;
}

/** The decision about a call when the cached circuit is open or half-open. */
export type AdmissionDecision =
  /** A permit may be free: the worker has to claim one in the store. */
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
  mayProbe = true,
): AdmissionDecision {
  const waitMs = circuit.state === 'OPEN' ? claimableAtMs(circuit) - nowMs : 0;
  if (waitMs > 0) return { type: 'reject', reason: 'open', retryAfterMs: waitMs };
  const turnMs = mayProbe ? nowMs : claimableByAllAtMs(circuit, policy);
  if (nowMs < turnMs) return rejectUntil(turnMs, circuit, nowMs, policy);
  const paceMs = circuit.state === 'OPEN' ? 0 : nextPermitAtMs(circuit, policy) - nowMs;
  if (paceMs > 0) {
    const retryAfterMs = Math.min(timingOf(policy).recheckMs, paceMs);
    return { type: 'reject', reason: 'half-open', retryAfterMs };
  }
  if (circuit.state === 'OPEN' || mayClaim(circuit, nowMs, policy)) return CLAIM;
  return rejectFullStage(circuit, nowMs, policy);
}

/**
 * Rejects a call that leaves the recovery to others. The recovery may end at any time, so the
 * caller waits a cooldown at most.
 */
function rejectUntil(
  turnMs: number,
  { state }: Open | HalfOpen,
  nowMs: number,
  policy: BreakerPolicy,
): AdmissionDecision {
  const retryAfterMs = Math.min(timingOf(policy).cooldownMs, turnMs - nowMs);
  return { type: 'reject', reason: state === 'OPEN' ? 'open' : 'half-open', retryAfterMs };
}

function mayClaim(circuit: HalfOpen, nowMs: number, policy: BreakerPolicy): boolean {
  const permits = permitsOf(circuit, policy);
  if (circuit.succeeded >= permits) return true;
  const live = circuit.leases.filter(({ untilMs }) => nowMs < untilMs).length;
  return circuit.succeeded + live < permits;
}

/**
 * Rejects a call while all permits of the stage are taken. The stage may advance at any time, so
 * the caller waits `recheckMs` at most, not until a lease expires.
 */
function rejectFullStage(
  circuit: HalfOpen,
  nowMs: number,
  policy: BreakerPolicy,
): AdmissionDecision {
  const waitsMs = circuit.leases.map(({ untilMs }) => untilMs - nowMs).filter((ms) => ms > 0);
  const retryAfterMs = Math.min(timingOf(policy).recheckMs, ...waitsMs);
  return { type: 'reject', reason: 'half-open', retryAfterMs };
}
