import type { BreakerPolicy } from '../../contract/policy.ts';
import type { CircuitEvent, Evidence } from './events.ts';

/** The breaker's record for one target. Times are milliseconds since the epoch, by the store's clock. */
export type Circuit = Closed | Open | HalfOpen;

export interface Closed extends CommonFields {
  readonly state: 'CLOSED';
  /** The successes of the last recovery stage. The new window starts with them. */
  readonly seededSuccesses: number;
  /** Under `observe`: no second `would_open` event is sent before this time. */
  readonly wouldOpenUntilMs?: number;
}

export interface Open extends CommonFields {
  readonly state: 'OPEN';
  readonly untilMs: number;
  /** Openings since the circuit was last closed. */
  readonly opens: number;
  readonly evidence: Evidence;
}

export interface HalfOpen extends CommonFields {
  readonly state: 'HALF_OPEN';
  /** Index into the policy's `recoveryStages`. */
  readonly stage: number;
  readonly succeeded: number;
  readonly leases: readonly Lease[];
  readonly opens: number;
  /** The reason for the last opening. */
  readonly evidence: Evidence;
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
  /** How often this permit has already expired. */
  readonly expiries: number;
}

/** The circuit of a key without a record. The first change of state begins its first epoch. */
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

/** Returns 0 for a stage that the policy no longer has, so that the stage counts as complete. */
export function permitsOf({ stage }: HalfOpen, policy: BreakerPolicy): number {
  return policy.recoveryStages[stage] ?? 0;
}

/** The result of a transition. */
export interface Step {
  /** The same object that was passed in, if nothing changed. */
  readonly circuit: Circuit;
  readonly events: readonly CircuitEvent[];
}

/** The inputs of a transition besides the circuit and the action. */
export interface StepContext {
  readonly key: string;
  /** Milliseconds since the epoch, by the store's clock. */
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

/** The first epoch is the time in seconds, so no epoch repeats after a record was deleted. */
export function beginEpoch({ version, epoch }: Circuit, { nowMs, writer }: StepContext) {
  const next = epoch === 0 ? Math.floor(nowMs / 1000) : epoch + 1;
  return { version, epoch: next, sinceMs: nowMs, writer };
}
