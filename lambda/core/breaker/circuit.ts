import type { BreakerPolicy } from '../../contract/policy.ts';
import type { CircuitEvent, Evidence } from './events.ts';

/** The breaker's record for one target. Times are milliseconds since the epoch, by the store's clock. */
export type Circuit = Closed | Open | HalfOpen;

export interface Closed extends Written {
  readonly state: 'CLOSED';
  /** The successes of the last recovery stage. The new window starts with them. */
  readonly seededSuccesses: number;
  /** Under `observe`: no second `would_open` event is sent before this time. */
  readonly wouldOpenUntilMs?: number;
}

export interface Open extends Written {
  readonly state: 'OPEN';
  readonly untilMs: number;
  /** Openings since the circuit was last closed. */
  readonly opens: number;
  readonly evidence: Evidence;
}

export interface HalfOpen extends Written {
  readonly state: 'HALF_OPEN';
  /** Index into the policy's `recoveryStages`. */
  readonly stage: number;
  readonly succeeded: number;
  readonly leases: readonly Lease[];
  readonly opens: number;
  /** Why the circuit had opened. */
  readonly evidence: Evidence;
}

interface Written {
  /** Grows with each save. 0: nothing was saved yet. */
  readonly version: number;
  /** Grows with each change of state, so that a late result does not count in a later state. */
  readonly epoch: number;
  /** The start of the epoch. */
  readonly sinceMs: number;
  /** The worker that began the epoch. */
  readonly writer: string;
}

/** A permit of a stage. After `untilMs` its holder is considered dead, and another caller may have it. */
export interface Lease {
  readonly id: string;
  readonly untilMs: number;
  /** How often this permit has expired before. */
  readonly expiries: number;
}

/** The meaning of an absent record. Its epoch is 0 until the first change of state writes it. */
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

/** 0 for a stage that the policy no longer has. Such a stage is complete. */
export function permitsOf({ stage }: HalfOpen, policy: BreakerPolicy): number {
  return policy.recoveryStages[stage] ?? 0;
}

/** The result of a transition. */
export interface Step {
  /** The very object that was passed in if nothing changed. */
  readonly circuit: Circuit;
  readonly events: readonly CircuitEvent[];
}

/** Everything that a transition knows besides the circuit and the action. */
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

/** The first epoch is the current second, so a record that was deleted never repeats an epoch. */
export function beginEpoch({ version, epoch }: Circuit, { nowMs, writer }: StepContext) {
  const next = epoch === 0 ? Math.floor(nowMs / 1000) : epoch + 1;
  return { version, epoch: next, sinceMs: nowMs, writer };
}
