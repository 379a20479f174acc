import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Random } from '../clock.ts';
import type { RetryTime } from '../router/back-off.ts';

/** SQS holds a message back no longer than this; a longer wait is a chain of hops. */
export const LONGEST_DELAY_MS = 900_000;

/**
 * When a job that no target admitted comes back. A time that the targets named is the same for the
 * whole backlog, so up to half a cooldown is added at random, or all would wake at one instant; a
 * back-off was drawn at random already. Half is enough: a recovery takes the time of a few calls, so
 * most find the circuit closed, and nothing is won by making the others wait. Each hop of a long wait
 * looks at the targets anew, so a job is at most a hop late when one of them heals early.
 */
export function nextAttemptAt(
  { retryAtMs, isJittered = false }: RetryTime,
  now: number,
  policy: BreakerPolicy,
  random: Random,
): number {
  const spreadMs = isJittered ? 0 : Math.min(policy.cooldownSeconds * 1000, LONGEST_DELAY_MS) / 2;
  const waitMs = Math.min(Math.max(0, retryAtMs - now), LONGEST_DELAY_MS - spreadMs);
  return Math.ceil(now + waitMs + random() * spreadMs);
}
