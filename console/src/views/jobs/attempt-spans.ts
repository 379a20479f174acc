import type { Attempt } from '../../../contract/jobs.ts';

/** The place of an attempt between the first and the last moment of all attempts. */
export interface Span {
  readonly startPercent: number;
  readonly widthPercent: number;
}

/** A shorter bar could not be seen. */
const LEAST_PERCENT = 1;

/**
 * Returns a span for each attempt. Time without any attempt, such as a wait for a circuit, is left
 * out: it can be hours, and a call takes seconds.
 */
export function spansOf(attempts: readonly Attempt[]): readonly Span[] {
  const times = attempts.map(({ at, ms }) => ({ from: Date.parse(at), ms }));
  let lengthMs = 0;
  let endMs = -Infinity;
  const starts = times.map(({ from, ms }) => {
    const start = from >= endMs ? lengthMs : lengthMs - (endMs - from);
    lengthMs = Math.max(lengthMs, start + ms);
    endMs = Math.max(endMs, from + ms);
    return Math.max(0, start);
  });
  const whole = Math.max(1, lengthMs);
  return times.map(({ ms }, i) => {
    const widthPercent = Math.max(LEAST_PERCENT, (ms / whole) * 100);
    const startPercent = Math.min(((starts[i] ?? 0) / whole) * 100, 100 - widthPercent);
    return { startPercent, widthPercent };
  });
}
