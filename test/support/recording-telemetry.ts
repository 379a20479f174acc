import type { LogFields } from '../../lambda/core/telemetry.ts';

/** Returns a log and metrics that keep every entry. */
export function recordingTelemetry() {
  const counts: Record<string, number> = {};
  const logged: { readonly message: string; readonly fields: LogFields }[] = [];
  const write = (message: string, fields: LogFields = {}) => {
    logged.push({ message, fields });
  };
  const add = (name: string, value = 1, dimensions: Readonly<Record<string, string>> = {}) => {
    const key = [name, ...Object.values(dimensions)].join(' ');
    counts[key] = (counts[key] ?? 0) + value;
  };
  return {
    /** The sum of each metric. Its key consists of the metric's name and its dimensions' values. */
    counts,
    logged,
    log: { debug: write, info: write, warn: write, error: write },
    metrics: { count: add, time: add, gauge: add },
  };
}
