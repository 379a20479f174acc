import type { BreakerPolicy } from '../../contract/policy.ts';
import type { HalfOpen, Open } from './circuit.ts';
import { timingOf } from './timing.ts';

/**
 * The number of cooldowns for which a recovery waits for calls that may probe. A job whose failed
 * calls may be its own doing is a bad probe: it can open the circuit of a healthy target again. But
 * if the whole backlog consists of such jobs, no other call comes, and without this limit the
 * circuit would never close.
 */
const COOLDOWNS_FOR_OTHERS = 5;

/** Returns the time from which a recovery permit of an open circuit may be claimed. */
export function claimableAtMs({ untilMs, probeAtMs = untilMs }: Open): number {
  return probeAtMs;
}

/** Returns the time from which also a call that should not probe may claim a recovery permit. */
export function claimableByAllAtMs(circuit: Open | HalfOpen, policy: BreakerPolicy): number {
  const sinceMs = circuit.state === 'OPEN' ? claimableAtMs(circuit) : circuit.sinceMs;
  return sinceMs + COOLDOWNS_FOR_OTHERS * timingOf(policy).cooldownMs;
}
