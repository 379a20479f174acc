/** Time and chance are arguments of every decision; production passes real ones, tests fakes. */
export interface Clock {
  /** Milliseconds since the epoch. Reading it never advances it. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** ISO 8601 in UTC, to the millisecond: how times are stored and shown. */
export function isoTime(timeMs: number): string {
  return new Date(timeMs).toISOString();
}

/** A number in [0, 1). */
export type Random = () => number;
