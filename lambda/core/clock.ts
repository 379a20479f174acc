/** The source of time. Code takes its `Clock` as a parameter, so that tests can pass a fake. */
export interface Clock {
  /** Returns milliseconds since the Unix epoch. A call never advances the clock. */
  now(): number;
  /** Waits for `ms`, or until the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Formats a time as ISO 8601 in UTC, to the millisecond. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** Returns a random number in [0, 1). */
export type Random = () => number;
