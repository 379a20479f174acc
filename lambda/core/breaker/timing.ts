import { type BreakerPolicy, leaseSeconds } from '../../contract/policy.ts';
import { BUCKETS_PER_WINDOW, type WindowSlot } from './circuit-store.ts';

/** The times that the policy gives or implies, in milliseconds. */
export interface Timing {
  readonly bucketMs: number;
  readonly windowMs: number;
  readonly cooldownMs: number;
  readonly leaseMs: number;
  readonly viewMaxAgeMs: number;
  /** Whether a rule asks how long a call took. */
  readonly isSlowRuleOn: boolean;
  /**
   * A claim waits a random time up to this, or longer if the store is slow, so that a fleet that sees
   * a cooldown end does not write at one instant: of 50 workers about 16 fail per stage, not 200.
   */
  readonly claimSpreadMs: number;
  /** How far a slow store may widen that. */
  readonly claimSpreadMaxMs: number;
  /**
   * The longest that anything is put off without need: pending counts, a rejected caller's return,
   * the age of the overrides, the next try of a lost store. 5 s, less where the policy is faster.
   */
  readonly recheckMs: number;
  /** A worker whose clock is further off than this changes no shared state. */
  readonly skewLimitMs: number;
}

const timings = new WeakMap<BreakerPolicy, Timing>();
let latest: { readonly policy: BreakerPolicy; readonly timing: Timing } | undefined;

/** Asked for with every call, so it remembers. */
export function timingOf(policy: BreakerPolicy): Timing {
  if (latest?.policy === policy) return latest.timing;
  const timing = timings.get(policy) ?? derive(policy);
  timings.set(policy, timing);
  latest = { policy, timing };
  return timing;
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
    isSlowRuleOn: policy.slowCallSeconds !== undefined,
    claimSpreadMs: Math.min(200, viewMaxAgeMs),
    claimSpreadMaxMs: Math.min(5_000, leaseMs / 15),
    recheckMs: Math.min(5_000, cooldownMs / 12, policy.windowSeconds * (1000 / 12)),
    skewLimitMs: Math.min(2_000, cooldownMs),
  };
}

/** The bucket that a flush at this time lands in. */
export function slotAt(nowMs: number, { bucketMs }: Timing): WindowSlot {
  return { startMs: Math.floor(nowMs / bucketMs) * bucketMs, bucketMs };
}

/** The first bucket of the window that ends at this time. */
export function windowStart(nowMs: number, timing: Timing): WindowSlot {
  return slotAt(nowMs - timing.windowMs + timing.bucketMs, timing);
}
