/** The source of time. Like `Random`, it is passed to every decision, so that tests can use a fake. */
export interface Clock {
  /** Milliseconds since the epoch. Reading it never advances it. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** Formats a time as ISO 8601 in UTC, to the millisecond. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Returns a random number in [0, 1). */
export type Random = () => number;
