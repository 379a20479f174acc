import type { BreakerPolicy } from '../../contract/policy.ts';
import type { WindowBucket } from './circuit-store.ts';
import { type Ramp, SCARCE_KINDS } from './ramp.ts';
import { timingOf } from './timing.ts';

/** The part of the failures and of the rate that would open the circuit. */
const PART = 1 / 4;
/** One failed call says nothing. */
const LEAST_EXCESS = 2;

/**
 * Returns true if the target lacks capacity for the ramp's share of the traffic: the excess rule with a
 * part of its numbers, for the calls since the ramp began or was last eased. The buckets must be in order
 * of time.
 */
export function mustEase(
  ramp: Ramp,
  buckets: readonly WindowBucket[],
  policy: BreakerPolicy,
): boolean {
  // Other workers may have admitted the old share for as long as their view was old.
  const sinceMs = ramp.sinceMs + timingOf(policy).viewMaxAgeMs;
  const rate = policy.failureRatePercent * PART;
  const takenBack = rate / (100 - rate);
  let excess = 0;
  for (const bucket of buckets) {
    if (bucket.startMs < sinceMs) continue;
    const successes = bucket.success + Math.max(0, bucket.announced ?? 0);
    excess = Math.max(0, excess + scarceFailures(bucket, policy) - successes * takenBack);
  }
  return excess >= Math.max(LEAST_EXCESS, policy.excessFailures * PART);
}

function scarceFailures({ failures }: WindowBucket, { ignoredKinds }: BreakerPolicy): number {
  return SCARCE_KINDS.filter((kind) => !ignoredKinds.includes(kind)).reduce(
    (sum, kind) => sum + (failures[kind] ?? 0),
    0,
  );
}
