import type { BreakerPolicy } from '../../contract/policy.ts';
import type { CircuitEvent, Evidence } from './events.ts';
import type { Ramp } from './ramp.ts';

/**
 * The breaker's record for one target. Times are milliseconds since the Unix epoch, by the store's
 * clock.
 */
export type Circuit = Closed | Open | HalfOpen;

export interface Closed extends CommonFields {
  readonly state: 'CLOSED';
  /** The number of successes in the last recovery stage. The new window starts with this number. */
  readonly seededSuccesses: number;
  /** The share of the traffic that is admitted after a lack of capacity. @default all */
  readonly ramp?: Ramp;
  /** The breaker reports no further `would_open` event before this time (override `observe`). */
  readonly wouldOpenUntilMs?: number;
}

export interface Open extends CommonFields {
  readonly state: 'OPEN';
  readonly untilMs: number;
  /** The time of a probe before `untilMs`, for a circuit whose daily quota is used up. */
  readonly probeAtMs?: number;
  /** The number of openings since the circuit was last closed. */
  readonly opens: number;
  readonly evidence: Evidence;
  /** See `Ramp`. @default no limit is known */
  readonly capacityShare?: number;
}

export interface HalfOpen extends CommonFields {
  readonly state: 'HALF_OPEN';
  /** The index of the current stage in the policy's `recoveryStages`. */
  readonly stage: number;
  readonly succeeded: number;
  readonly leases: readonly Lease[];
  readonly opens: number;
  /** The reason for the last opening. */
  readonly evidence: Evidence;
  /** See `Ramp`. @default no limit is known */
  readonly capacityShare?: number;
}

interface CommonFields {
  /** Grows with each save. 0 means that nothing has been saved yet. */
  readonly version: number;
  /** Grows with each change of state, so that a late result does not count in a later state. */
  readonly epoch: number;
  /** The start of the epoch. */
  readonly sinceMs: number;
  /** The worker that began the epoch. */
  readonly writer: string;
}

/** A permit that one call of a stage holds. After `untilMs`, another call may claim the permit. */
export interface Lease {
  readonly id: string;
  readonly untilMs: number;
  /** The number of times that this permit has already expired. */
  readonly expiries: number;
}

/** A call's claim of a recovery permit. */
export interface LeaseClaim {
  /** The id of the lease. It differs from the ids of all other leases of the circuit. */
  readonly id: string;
  /** The length of the lease, in milliseconds. */
  readonly leaseMs: number;
  /** False for a call that claims a permit only if no other call has come for a long time. */
  readonly mayProbe: boolean;
}

/** The circuit of a key that has no record. The first change of state begins its first epoch. */
export const ABSENT: Closed = {
  state: 'CLOSED',
  version: 0,
  epoch: 0,
  sinceMs: 0,
  writer: '',
  seededSuccesses: 0,
};

export function opensOf(circuit: Circuit): number {
  return circuit.state === 'CLOSED' ? 0 : circuit.opens;
}

/**
 * Returns the number of permits of the circuit's stage. If the policy no longer has this stage,
 * returns 0, so that the stage counts as complete.
 */
export function permitsOf({ stage }: HalfOpen, policy: BreakerPolicy): number {
  return policy.recoveryStages[stage] ?? 0;
}

/** The result of a transition. */
export interface Step {
  /** The circuit after the transition. If nothing changed, it is the object that was passed in. */
  readonly circuit: Circuit;
  readonly events: readonly CircuitEvent[];
}

/** The inputs of a transition besides the circuit and the action. */
export interface StepContext {
  readonly key: string;
  /** Milliseconds since the Unix epoch, by the store's clock. */
  readonly nowMs: number;
  readonly policy: BreakerPolicy;
  /** The worker that makes the change. */
  readonly writer: string;
  /** A number in [0, 1) for the cooldown's jitter. */
  readonly jitter: number;
}

export function unchanged(circuit: Circuit): Step {
  return { circuit, events: [] };
}

/**
 * Returns the fields of the next epoch. The number of a circuit's first epoch is the time in
 * seconds, so that no number repeats after the record is deleted.
 */
export function beginEpoch({ version, epoch }: Circuit, { nowMs, writer }: StepContext) {
  const next = epoch === 0 ? Math.floor(nowMs / 1000) : epoch + 1;
  return { version, epoch: next, sinceMs: nowMs, writer };
}
