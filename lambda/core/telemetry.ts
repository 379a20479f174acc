import type { MetricName } from '../contract/metrics.ts';

/** A log line's ids, kinds, counts and times; never a prompt, an answer or an error's raw text. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  /** Writes the line only in a sample of the invocations. */
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export interface Metrics {
  /** Adds to a counter. `DIMENSION` lists the names of the `dimensions`; each has few values. */
  count(name: MetricName, value?: number, dimensions?: Readonly<Record<string, string>>): void;
  /** Adds a duration in milliseconds to the metric's distribution. */
  time(name: MetricName, ms: number, dimensions?: Readonly<Record<string, string>>): void;
  /** Adds a value that is neither a count nor a duration to the metric's distribution. */
  gauge(name: MetricName, value: number, dimensions?: Readonly<Record<string, string>>): void;
}

/** The searchable facts of a span: ids, kinds and numbers; never a prompt or an answer. */
export type Annotations = Readonly<Record<string, string | number | boolean>>;

export interface Trace {
  /**
   * Runs `run` as a span; spans that start inside it become its children. `annotate` adds facts
   * that are known only later. If `run` throws, the span is marked as failed and the error is
   * rethrown.
   */
  span<T>(
    name: string,
    annotations: Annotations,
    run: (annotate: (more: Annotations) => void) => Promise<T>,
  ): Promise<T>;
}
