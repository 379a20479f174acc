import type { DayBudget } from './day-budget.ts';
import { HOUR_MS, type HourlyTokens, tokensBetween } from './hourly-tokens.ts';
import type { QuotaDay } from './quota-day.ts';

/** What the calls of a source Region have used, and the part of it that batch jobs have used. */
export interface RegionUse {
  readonly all: HourlyTokens;
  readonly batch: HourlyTokens;
}

/**
 * Returns the tokens a millisecond that batch jobs may use: what is left of the day's budget beyond the
 * needs of the other jobs, spread over the rest of the day.
 */
export function batchRate(
  { left }: DayBudget,
  use: RegionUse,
  nowMs: number,
  day: QuotaDay,
): number {
  const spare = left - othersNeed(use, nowMs, day);
  return Math.max(0, spare) / (day.endMs - nowMs);
}

/**
 * Returns the tokens that the other jobs will probably use until the reset: as many as a day ago in the
 * same hours, or, if they used nothing then, as in the last hour.
 */
function othersNeed(use: RegionUse, nowMs: number, { startMs, endMs }: QuotaDay): number {
  const others = (fromMs: number, toMs: number) =>
    Math.max(
      0,
      tokensBetween(use.all, fromMs, toMs, nowMs) - tokensBetween(use.batch, fromMs, toMs, nowMs),
    );
  const dayAgo = others(nowMs - 24 * HOUR_MS, startMs);
  if (dayAgo > 0) return dayAgo;
  return (others(nowMs - HOUR_MS, nowMs) * (endMs - nowMs)) / HOUR_MS;
}
