import { HOUR_MS, type HourlyTokens, tokensBetween } from './hourly-tokens.ts';
import type { QuotaDay } from './quota-day.ts';

/** What the calls of a source Region have used, and the part of it that batch jobs have used. */
export interface RegionUse {
  readonly all: HourlyTokens;
  readonly batch: HourlyTokens;
}

/** The tokens that Bedrock's daily quota leaves to a source Region, for all its models together. */
export interface DayBudget {
  /** The quota, in tokens a day. */
  readonly quota: number;
  /** The tokens used since the last reset. */
  readonly spent: number;
  /** The tokens left until the next reset; 0 at least. */
  readonly left: number;
  /** The tokens used in the last hour. */
  readonly lastHour: number;
  /** The time of the next reset, in milliseconds since the Unix epoch. */
  readonly resetAtMs: number;
  /**
   * When nothing is left, if jobs other than batch jobs go on as in the last hour: batch jobs give way to
   * them. Absent: not before the reset.
   */
  readonly endsAtMs?: number;
}

/**
 * Returns the budget of a day from the tokens that Holdfast's calls have used. Bedrock may count in
 * another way, and counts the calls of others in the same account too, so the budget is an estimate.
 */
export function dayBudget(
  quota: number,
  use: RegionUse,
  nowMs: number,
  { startMs, endMs }: QuotaDay,
): DayBudget {
  const spent = Math.round(tokensBetween(use.all, startMs, nowMs, nowMs));
  const lastHour = Math.round(tokensBetween(use.all, nowMs - HOUR_MS, nowMs, nowMs));
  const left = Math.max(0, quota - spent);
  const hours = left === 0 ? 0 : left / othersBetween(use, nowMs - HOUR_MS, nowMs, nowMs);
  const emptyAtMs = nowMs + hours * HOUR_MS;
  const endsAtMs = emptyAtMs < endMs ? Math.round(emptyAtMs) : undefined;
  return {
    quota,
    spent,
    left,
    lastHour,
    resetAtMs: endMs,
    ...(endsAtMs !== undefined && { endsAtMs }),
  };
}

/** Returns the tokens that jobs other than batch jobs have used between two times, as `tokensBetween`. */
export function othersBetween(
  { all, batch }: RegionUse,
  fromMs: number,
  toMs: number,
  nowMs: number,
): number {
  const [total, paced] = [all, batch].map((each) => tokensBetween(each, fromMs, toMs, nowMs));
  return Math.max(0, (total ?? 0) - (paced ?? 0));
}

/** Returns the time between the end of the budget and the reset, in milliseconds; 0 if there is none. */
export function endsEarlyByMs({ endsAtMs, resetAtMs }: DayBudget): number {
  return endsAtMs === undefined ? 0 : resetAtMs - endsAtMs;
}
