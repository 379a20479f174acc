import type { BreakerPolicy } from '../../contract/policy.ts';
import { permitLeaseMs, streamSettledWithinMs } from '../../contract/time-budget.ts';
import { BUCKETS_PER_WINDOW, type WindowSlot } from './circuit-store.ts';

/** The times that the policy states or implies, in milliseconds. */
export interface Timing {
  readonly bucketMs: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  /** The time between two probes of a circuit whose daily quota is used up: one hour by default. */
  readonly dailyProbeMs: number;
  /** The length of a permit's lease for a stream with an ordinary prompt. */
  readonly leaseMs: number;
  /** The time after its first token for which a stream of a recovery has to run to succeed. */
  readonly stallMs: number;
  readonly viewMaxAgeMs: number;
  /**
   * The longest random wait before a claim. It keeps workers that wait for the same cooldown from
   * writing at the same instant: with 50 workers, about 16 writes fail per stage instead of 200.
   */
  readonly claimJitterMs: number;
  /** The limit up to which `claimJitterMs` may grow if the store is slow. */
  readonly claimJitterMaxMs: number;
  /**
   * The longest delay before pending counts are written, the overrides are read again, a rejected
   * caller may try again or an unavailable store is tried again: 5 s, or less if the policy's own
   * times are short.
   */
  readonly recheckMs: number;
  /** The time for which announced calls count: until their successes are usually written. */
  readonly announcedForMs: number;
  /** The largest clock offset at which a worker may still change shared state. */
  readonly skewLimitMs: number;
}

let latest: { readonly policy: BreakerPolicy; readonly timing: Timing } | undefined;
const known = new WeakMap<BreakerPolicy, Timing>();

/**
 * Returns the timing of a policy. Keeps the results, because every call needs one and policies
 * rarely change. The latest result is found without a look-up.
 */
export function timingOf(policy: BreakerPolicy): Timing {
  if (latest?.policy === policy) return latest.timing;
  const timing = known.get(policy) ?? derive(policy);
  known.set(policy, timing);
  latest = { policy, timing };
  return timing;
}

function derive(policy: BreakerPolicy): Timing {
  const bucketMs = Math.max(1, Math.round((policy.windowSeconds * 1000) / BUCKETS_PER_WINDOW));
  const cooldownMs = Math.round(policy.cooldownSeconds * 1000);
  const leaseMs = permitLeaseMs(streamSettledWithinMs(policy));
  const viewMaxAgeMs = policy.viewMaxAgeSeconds * 1000;
  const recheckMs = Math.min(5_000, cooldownMs / 12, policy.windowSeconds * (1000 / 12));
  return {
    bucketMs,
    windowMs: bucketMs * BUCKETS_PER_WINDOW,
    cooldownMs,
    dailyProbeMs: 60 * cooldownMs,
    leaseMs,
    stallMs: policy.stallSeconds * 1000,
    viewMaxAgeMs,
    claimJitterMs: Math.min(200, viewMaxAgeMs),
    claimJitterMaxMs: Math.min(5_000, leaseMs / 15),
    recheckMs,
    announcedForMs: 1.2 * recheckMs,
    skewLimitMs: Math.min(2_000, cooldownMs),
  };
}

/** Returns the bucket for counts that are flushed at this time. */
export function slotAt(nowMs: number, { bucketMs }: Timing): WindowSlot {
  return { startMs: Math.floor(nowMs / bucketMs) * bucketMs, bucketMs };
}

/** Returns the first bucket of the window that ends at this time. */
export function windowStart(nowMs: number, timing: Timing): WindowSlot {
  return slotAt(nowMs - timing.windowMs + timing.bucketMs, timing);
}
