import type { BreakerPolicy } from '../../contract/policy.ts';
import { permitLeaseMs, streamSettledWithinMs } from '../../contract/time-budget.ts';
import { BUCKETS_PER_WINDOW, type WindowSlot } from './circuit-store.ts';

/** The times that the policy states or implies, in milliseconds. */
export interface Timing {
  readonly bucketMs: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  readonly leaseMs: number;
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
  /** The largest clock offset at which a worker may still change shared state. */
  readonly skewLimitMs: number;
}

let latest: { readonly policy: BreakerPolicy; readonly timing: Timing } | undefined;

/**
 * Returns the timing of a policy. Keeps the latest result, because every call needs it and policies
 * rarely change.
 */
export function timingOf(policy: BreakerPolicy): Timing {
  if (latest?.policy !== policy) latest = { policy, timing: derive(policy) };
  return latest.timing;
}

function derive(policy: BreakerPolicy): Timing {
  const bucketMs = Math.max(1, Math.round((policy.windowSeconds * 1000) / BUCKETS_PER_WINDOW));
  const cooldownMs = Math.round(policy.cooldownSeconds * 1000);
  const leaseMs = Math.round(permitLeaseMs(streamSettledWithinMs(policy)));
  const viewMaxAgeMs = policy.viewMaxAgeSeconds * 1000;
  return {
    bucketMs,
    windowMs: bucketMs * BUCKETS_PER_WINDOW,
    cooldownMs,
    leaseMs,
    viewMaxAgeMs,
    claimJitterMs: Math.min(200, viewMaxAgeMs),
    claimJitterMaxMs: Math.min(5_000, leaseMs / 15),
    recheckMs: Math.min(5_000, cooldownMs / 12, policy.windowSeconds * (1000 / 12)),
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
