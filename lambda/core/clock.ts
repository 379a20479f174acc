/** Time and chance are arguments of every decision; production passes real ones, tests fakes. */
export interface Clock {
  /** Milliseconds since the epoch. Reading it never advances it. */
  now(): number;
  sleep(ms: number): Promise<void>;
}

/** A number in [0, 1). */
export type Random = () => number;
