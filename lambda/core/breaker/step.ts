import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Circuit } from './circuit.ts';
import type { CircuitEvent } from './events.ts';

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
