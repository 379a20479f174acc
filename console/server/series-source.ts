import type { Series } from '../contract/series.ts';

/** The port through which the console reads the counts and gauges of the latest 15 minutes. */
export interface SeriesSource {
  /**
   * Reads the series that end at `nowMs`, in milliseconds since the Unix epoch. Rejects if they cannot
   * be read; the console then keeps the last ones.
   */
  read(nowMs: number, signal: AbortSignal): Promise<Series>;
}
