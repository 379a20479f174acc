import type { MetricName } from '../contract/metrics.ts';

/** Fields are ids, kinds, counts and times. Never a prompt, an answer or an error's raw text. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface Metrics {
  /** Adds to a count; `dimensions` are few and bounded (`DIMENSION`). */
  count(name: MetricName, value?: number, dimensions?: Readonly<Record<string, string>>): void;
  /** A distribution in milliseconds. */
  time(name: MetricName, ms: number, dimensions?: Readonly<Record<string, string>>): void;
  gauge(name: MetricName, value: number, dimensions?: Readonly<Record<string, string>>): void;
}
