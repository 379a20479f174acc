import { type DayBudget, othersBetween, type RegionUse } from './day-budget.ts';
import { HOUR_MS } from './hourly-tokens.ts';
import type { QuotaDay } from './quota-day.ts';

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
  const dayAgo = othersBetween(use, nowMs - 24 * HOUR_MS, startMs, nowMs);
  if (dayAgo > 0) return dayAgo;
  const lastHour = othersBetween(use, nowMs - HOUR_MS, nowMs, nowMs);
  return (lastHour * (endMs - nowMs)) / HOUR_MS;
}
