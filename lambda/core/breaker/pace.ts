import type { BreakerPolicy } from '../../contract/policy.ts';
import type { HalfOpen } from './circuit.ts';
import { timingOf } from './timing.ts';

/**
 * The pace of a recovery of a target that has some capacity, but too little for its stages: they had
 * come so fast that they failed. Now the permits come one by one.
 */
function permitGapMs({ capacityShare }: HalfOpen, policy: BreakerPolicy): number {
  const isPaced = capacityShare !== undefined && policy.rampSeconds > 0;
  return isPaced ? timingOf(policy).recheckMs : 0;
}

/** Returns the time from which the recovery grants its next permit. */
export function nextPermitAtMs(circuit: HalfOpen, policy: BreakerPolicy): number {
  return circuit.sinceMs + permitsTaken(circuit, policy) * permitGapMs(circuit, policy);
}

/** Returns the number of further permits that the recovery may grant by this time. */
export function permitsDue(circuit: HalfOpen, nowMs: number, policy: BreakerPolicy): number {
  const gapMs = permitGapMs(circuit, policy);
  if (gapMs === 0) return Infinity;
  const all = Math.floor((nowMs - circuit.sinceMs) / gapMs) + 1;
  return Math.max(0, all - permitsTaken(circuit, policy));
}

/** An expired lease is granted again, so it is counted once. */
function permitsTaken({ stage, succeeded, leases }: HalfOpen, policy: BreakerPolicy): number {
  const passed = policy.recoveryStages.slice(0, stage).reduce((sum, permits) => sum + permits, 0);
  return passed + succeeded + leases.length;
}
