import type { Series, TargetSeries } from '../../contract/series.ts';

const MINUTE_MS = 60_000;

/**
 * Sums the values of the last minute. The last step is not yet complete: with short steps it takes part,
 * and with steps of a minute the one before it counts.
 */
export function lastMinute(values: readonly number[], stepMs: number): number {
  if (stepMs >= MINUTE_MS) return values.at(-2) ?? values.at(-1) ?? 0;
  return sum(values.slice(-Math.round(MINUTE_MS / stepMs)));
}

/** The calls of a target by their end. The numbers add up to what the target was asked. */
export interface CallCounts {
  readonly answered: number;
  readonly failed: number;
  readonly throttled: number;
  readonly skipped: number;
}

/** Returns the counts of the last minute, or undefined if the series do not have the target. */
export function recentCalls(series: Series | undefined, target: string): CallCounts | undefined {
  const found = series?.targets[target];
  if (!series || !found) return undefined;
  const recent = (values: readonly number[]) => lastMinute(values, series.stepMs);
  return {
    answered: recent(answeredOf(found)),
    failed: recent(found.failed),
    throttled: recent(found.throttled),
    skipped: recent(found.skipped),
  };
}

export function answeredOf({ calls, throttled, failed }: TargetSeries): readonly number[] {
  return calls.map((count, step) =>
    Math.max(0, count - (throttled[step] ?? 0) - (failed[step] ?? 0)),
  );
}

export function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
