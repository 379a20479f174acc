import type { Bucket } from './bucket.ts';
import { isStale } from './hourly-tokens.ts';

/** What is known of a call when it has ended. */
export interface Settlement {
  /**
   * What the call has cost beyond its hold, in milliseconds of the tokens' quota; negative if it cost
   * less. 0 leaves the tokens as they are.
   */
  readonly deltaMs: number;
  /** What the call has cost, for the count of the day. Absent: nothing. */
  readonly used?: UsedTokens;
}

export interface UsedTokens {
  /** The UTC hour, such as `2026-11-28T19`. */
  readonly hour: string;
  /** Tokens of the quota, a whole number above 0. */
  readonly tokens: number;
}

/**
 * Settles a call: corrects the tokens that it held, counts those that it used, and forgets the counts of
 * old hours. A call that cost more than it held takes the rest from the present on.
 */
export function settled(bucket: Bucket, { deltaMs, used }: Settlement, nowMs: number): Bucket {
  const spentMs = bucket.spentUntil.tokens ?? 0;
  const tokens = (deltaMs > 0 ? Math.max(nowMs, spentMs) : spentMs) + deltaMs;
  const spentUntil = deltaMs === 0 ? bucket.spentUntil : { ...bucket.spentUntil, tokens };
  if (!used) return { ...bucket, spentUntil };
  const { hour } = used;
  const { usedTokens = {} } = bucket;
  const kept = Object.entries(usedTokens).filter(([each]) => !isStale(each, hour));
  const counts = { ...Object.fromEntries(kept), [hour]: (usedTokens[hour] ?? 0) + used.tokens };
  return { ...bucket, spentUntil, usedTokens: counts };
}
