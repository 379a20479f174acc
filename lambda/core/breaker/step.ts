import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Circuit } from './circuit.ts';
import type { CircuitEvent } from './events.ts';

/** What a transition leads to. */
export interface Step {
  /** The circuit itself, untouched, when nothing changed. */
  readonly circuit: Circuit;
  readonly events: readonly CircuitEvent[];
}

export interface Context {
  readonly key: string;
  /** By the store's clock. */
  readonly nowMs: number;
  readonly policy: BreakerPolicy;
  /** The worker that makes the change. */
  readonly writer: string;
  /** In [0, 1), for the cooldown. */
  readonly jitter: number;
}

export function unchanged(circuit: Circuit): Step {
  return { circuit, events: [] };
}

/** The first epoch is the current second, so that a record that was deleted repeats none. */
export function beginEpoch({ version, epoch }: Circuit, { nowMs, writer }: Context) {
  const next = epoch === 0 ? Math.floor(nowMs / 1000) : epoch + 1;
  return { version, epoch: next, sinceMs: nowMs, writer };
}
