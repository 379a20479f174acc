import type { QuotaLimits, QuotaPolicy } from '../../contract/policy.ts';
import type { Bucket, Hold } from './bucket.ts';

/** Quotas are per minute. */
export const MINUTE_MS = 60_000;

/** Returns the time that the quota needs to make up for a call. `rate` is a share of the quota. */
export function holdOf(
  { tokensPerMinute, requestsPerMinute }: QuotaLimits,
  tokens: number,
  rate: number,
): Hold {
  return {
    ...(tokensPerMinute !== undefined && {
      tokens: (tokens * MINUTE_MS) / (tokensPerMinute * rate),
    }),
    ...(requestsPerMinute !== undefined && { requests: MINUTE_MS / (requestsPerMinute * rate) }),
  };
}

/**
 * Returns how much of the quota may be used at once, in milliseconds of it. A minute has room for a whole
 * number of requests, so the last request of the burst must fit into the minute.
 */
export function burstOf(
  { requestsPerMinute }: QuotaLimits,
  { burstSeconds }: Pick<QuotaPolicy, 'burstSeconds'>,
): number {
  const requestMs = requestsPerMinute === undefined ? 0 : MINUTE_MS / requestsPerMinute;
  return Math.max(1, Math.min(burstSeconds * 1000, MINUTE_MS - requestMs));
}

/**
 * Returns how long a hold that has been taken waits until it fits into a minute of the quota, in
 * milliseconds. The burst treats all holds alike, so a large one is admitted before it fits. One that is
 * larger than a minute waits until nothing else is held.
 */
export function waitForMinute(
  { spentUntil: { tokens = 0 } }: Bucket,
  heldMs: number,
  nowMs: number,
): number {
  const aheadMs = tokens - nowMs;
  return Math.max(0, Math.ceil(Math.min(aheadMs - heldMs, aheadMs - MINUTE_MS)));
}
