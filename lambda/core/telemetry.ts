import type { MetricName } from '../contract/metrics.ts';

/** Fields are ids, kinds, counts and times. Never a prompt, an answer or an error's raw text. */
export type LogFields = Readonly<Record<string, string | number | boolean | undefined>>;

export interface Log {
  /** Of a sample of the invocations only. */
  debug(message: string, fields?: LogFields): void;
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

/** What can be searched for in a trace: ids, kinds and numbers, never a prompt or an answer. */
export type Annotations = Readonly<Record<string, string | number | boolean>>;

export interface Trace {
  /**
   * Times a part of an invocation; parts inside it become its own. `annotate` adds what is known
   * only in the end. A part that throws is marked as failed, and throws on.
   */
  span<T>(
    name: string,
    annotations: Annotations,
    run: (annotate: (more: Annotations) => void) => Promise<T>,
  ): Promise<T>;
}
