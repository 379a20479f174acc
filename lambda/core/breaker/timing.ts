import { type BreakerPolicy, leaseSeconds } from '../../contract/policy.ts';
import { BUCKETS_PER_WINDOW, type WindowSlot } from './circuit-store.ts';

/** The times that the policy states or implies, in milliseconds. */
export interface Timing {
  readonly bucketMs: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  readonly leaseMs: number;
  readonly viewMaxAgeMs: number;
  /**
   * The width of the random wait before a claim, so that workers that see a cooldown end do not write
   * at one instant: with 50 workers, about 16 writes fail per stage instead of 200.
   */
  readonly claimJitterMs: number;
  /** The widest that the wait may grow to if the store is slow. */
  readonly claimJitterMaxMs: number;
  /**
   * The longest time that a pending count, a rejected caller's return, a read of the overrides or the
   * next try of a lost store may be put off. 5 s, or less if the policy's own times are short.
   */
  readonly recheckMs: number;
  /** A worker whose clock is further off than this changes no shared state. */
  readonly skewLimitMs: number;
}

let latest: { readonly policy: BreakerPolicy; readonly timing: Timing } | undefined;

/** Every call needs the timing and policies rarely change, so the latest result is kept. */
export function timingOf(policy: BreakerPolicy): Timing {
  if (latest?.policy !== policy) latest = { policy, timing: derive(policy) };
  return latest.timing;
}

function derive(policy: BreakerPolicy): Timing {
  const bucketMs = Math.max(1, Math.round((policy.windowSeconds * 1000) / BUCKETS_PER_WINDOW));
  const cooldownMs = Math.round(policy.cooldownSeconds * 1000);
  const leaseMs = Math.round(leaseSeconds(policy) * 1000);
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

/** The bucket that counts flushed at this time belong to. */
export function slotAt(nowMs: number, { bucketMs }: Timing): WindowSlot {
  return { startMs: Math.floor(nowMs / bucketMs) * bucketMs, bucketMs };
}

/** The first bucket of the window that ends at this time. */
export function windowStart(nowMs: number, timing: Timing): WindowSlot {
  return slotAt(nowMs - timing.windowMs + timing.bucketMs, timing);
}
