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
