import type { BreakerPolicy } from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';
import type { Circuit, Closed, HalfOpen } from './circuit.ts';
import type { Evidence } from './events.ts';
import { FIRST_SHARE, isWatched, type Ramp, SCARCE_KINDS, shareAt } from './ramp.ts';

/** The share of the traffic for which a target is taken to have capacity if it has some. */
const PARTIAL_SHARE = 1 / 2;

/** Returns the ramp of a circuit that closes now, or `undefined` if all calls may come at once. */
export function rampAfter(
  { evidence, capacityShare }: Pick<HalfOpen, 'evidence' | 'capacityShare'>,
  nowMs: number,
  { rampSeconds }: BreakerPolicy,
): Ramp | undefined {
  if (rampSeconds === 0) return undefined;
  if (capacityShare === undefined && !isScarce(evidence.failure)) return undefined;
  const known = capacityShare ?? 1;
  return { sinceMs: nowMs, share: Math.min(FIRST_SHARE, known), capacityShare: known };
}

/**
 * Returns the share for which the target has capacity, as far as is known after `evidence` has ended
 * the circuit's state. `undefined`: no limit is known.
 */
export function capacityShareAfter(
  circuit: Circuit,
  { failure }: Evidence,
  nowMs: number,
  policy: BreakerPolicy,
): number | undefined {
  if (circuit.state === 'CLOSED') return knownShare(circuit, nowMs, policy);
  // A target that serves the first calls of a recovery but not the next ones has some capacity.
  const isPartial = circuit.state === 'HALF_OPEN' && circuit.stage > 0 && isScarce(failure);
  return circuit.capacityShare ?? (isPartial ? PARTIAL_SHARE : undefined);
}

/** Returns the share of its traffic that a circuit admits, 0 to 1. Only a ramp admits less than all. */
export function admittedShare(circuit: Circuit, nowMs: number, policy: BreakerPolicy): number {
  return circuit.state === 'CLOSED' && circuit.ramp ? shareAt(circuit.ramp, nowMs, policy) : 1;
}

function knownShare({ ramp }: Closed, nowMs: number, policy: BreakerPolicy): number | undefined {
  if (!ramp || ramp.capacityShare === 1 || !isWatched(ramp, nowMs, policy)) return undefined;
  return ramp.capacityShare;
}

function isScarce(kind: TargetFailureKind | undefined): boolean {
  return kind !== undefined && SCARCE_KINDS.includes(kind);
}
