import type { BreakerPolicy } from '../../contract/policy.ts';

const DAY_MS = 86_400_000;

/** The day of Bedrock's daily quotas, in milliseconds since the Unix epoch. */
export interface QuotaDay {
  readonly startMs: number;
  /** The time of the next reset. */
  readonly endMs: number;
}

/** Returns the quota day of a time. Resets follow each other by exactly one day. */
export function quotaDay(
  nowMs: number,
  { dailyQuotaResetUtc }: Pick<BreakerPolicy, 'dailyQuotaResetUtc'>,
): QuotaDay {
  const [hours = 0, minutes = 0] = dailyQuotaResetUtc.split(':').map(Number);
  const todayMs = nowMs - (nowMs % DAY_MS) + (hours * 60 + minutes) * 60_000;
  const startMs = todayMs > nowMs ? todayMs - DAY_MS : todayMs;
  return { startMs, endMs: startMs + DAY_MS };
}
