import type { BreakerPolicy } from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';
import { timingOf } from './timing.ts';

/**
 * The share of its traffic that a closed circuit admits after a lack of capacity, 0 to 1. It doubles
 * with each step until it is `capacityShare`. Then it grows slowly, because the target has failed at
 * a larger share before.
 */
export interface Ramp {
  readonly sinceMs: number;
  /** The share at `sinceMs`. */
  readonly share: number;
  /** The share for which the target has capacity, as far as is known. 1: no limit is known. */
  readonly capacityShare: number;
}

export const FIRST_SHARE = 1 / 8;
/** The doublings from the first share to all of the traffic. */
const DOUBLINGS = 3;
const SMALLEST_SHARE = 1 / 16;
/**
 * The growth beyond `capacityShare` in the first window. It speeds up with the square of the time: there
 * is room for more, or else each try costs failed calls.
 */
const SLOW_GROWTH = 0.02;
/** What an easing leaves of a share that the target has served for a window. */
const EASED = 0.8;

/** The kinds of failures that say that the target has too little capacity for its calls. */
export const SCARCE_KINDS: readonly TargetFailureKind[] = ['capacity', 'quota-minute'];

/** Returns the share of its traffic that the circuit admits, 0 to 1. */
export function shareAt(ramp: Ramp, nowMs: number, policy: BreakerPolicy): number {
  if (policy.rampSeconds === 0) return 1;
  const { sinceMs, share, capacityShare } = ramp;
  const slowSinceMs = doubledUntilMs(ramp, policy);
  if (nowMs < slowSinceMs) {
    return share * 2 ** Math.max(0, Math.floor((nowMs - sinceMs) / stepMs(policy)));
  }
  const windows = (nowMs - slowSinceMs) / timingOf(policy).windowMs;
  return Math.min(1, capacityShare * (1 + SLOW_GROWTH * windows ** 2));
}

/** Returns the wait after which a call that the ramp rejected may be admitted. */
export function rampWaitMs(ramp: Ramp, nowMs: number, policy: BreakerPolicy): number {
  if (nowMs >= doubledUntilMs(ramp, policy)) return timingOf(policy).recheckMs;
  return stepMs(policy) - (Math.max(0, nowMs - ramp.sinceMs) % stepMs(policy));
}

/** Returns true until the circuit has admitted all of its traffic for a window. */
export function isWatched(ramp: Ramp, nowMs: number, policy: BreakerPolicy): boolean {
  return shareAt(ramp, nowMs - timingOf(policy).windowMs, policy) < 1;
}

/** Returns the ramp after the target has failed for lack of capacity. */
export function eased(ramp: Ramp, nowMs: number, policy: BreakerPolicy): Ramp {
  const isProven = nowMs - ramp.sinceMs >= timingOf(policy).windowMs;
  const left = shareAt(ramp, nowMs, policy) * (isProven ? EASED : 0.5);
  const share = Math.max(SMALLEST_SHARE, left);
  return { sinceMs: nowMs, share, capacityShare: share };
}

function stepMs({ rampSeconds }: BreakerPolicy): number {
  return (rampSeconds * 1000) / DOUBLINGS;
}

function doubledUntilMs({ sinceMs, share, capacityShare }: Ramp, policy: BreakerPolicy): number {
  return sinceMs + Math.ceil(Math.log2(capacityShare / share)) * stepMs(policy);
}
