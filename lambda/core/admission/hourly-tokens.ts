import { isoTime } from '../clock.ts';

/** Tokens of the quota that calls have used, by UTC hour such as `2026-11-28T19`. */
export type HourlyTokens = Readonly<Record<string, number>>;

export const HOUR_MS = 3_600_000;

/** The current hour and those in which a day that ends in it can have begun. */
const KEPT_HOURS = 25;

/** Returns the UTC hour of a time, such as `2026-11-28T19`. */
export function hourOf(timeMs: number): string {
  return isoTime(timeMs).slice(0, 13);
}

/** Returns the time at which an hour begins, in milliseconds since the Unix epoch. */
export function startOfHour(hour: string): number {
  return Date.parse(`${hour}:00Z`);
}

/** Returns the first hour whose count is still of use in `hour`. */
export function oldestKeptHour(hour: string): string {
  return hourOf(startOfHour(hour) - (KEPT_HOURS - 1) * HOUR_MS);
}

/** Returns true if the count of an hour is of no use any more in `hour`. */
export function isStale(each: string, hour: string): boolean {
  return each < oldestKeptHour(hour);
}

/** Returns the sum of several counts. */
export function sumOf(counts: readonly HourlyTokens[]): HourlyTokens {
  const sums: Record<string, number> = {};
  for (const [hour, tokens] of counts.flatMap((each) => Object.entries(each))) {
    sums[hour] = (sums[hour] ?? 0) + tokens;
  }
  return sums;
}

/**
 * Returns the tokens that were used between two times that are not after `nowMs`. Within an hour, the
 * tokens count as evenly used.
 */
export function tokensBetween(
  counts: HourlyTokens,
  fromMs: number,
  toMs: number,
  nowMs: number,
): number {
  const parts = Object.entries(counts).map(([hour, tokens]) => {
    const startMs = startOfHour(hour);
    const endMs = Math.min(startMs + HOUR_MS, Math.max(nowMs, startMs + 1));
    const overlapMs = Math.min(endMs, toMs) - Math.max(startMs, fromMs);
    return (tokens * Math.max(0, overlapMs)) / (endMs - startMs);
  });
  return parts.reduce((sum, each) => sum + each, 0);
}
