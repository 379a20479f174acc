import type { TargetFailureKind } from '../../lambda/contract/words.ts';

/**
 * Counts and gauges of the latest 15 minutes, in steps of equal length. Every list has one value for
 * each step, oldest first. The last step is not yet complete.
 */
export interface Series {
  /** The start of the first step, in milliseconds since the Unix epoch. */
  readonly fromMs: number;
  readonly stepMs: number;
  readonly targets: Readonly<Record<string, TargetSeries>>;
  /** Failed calls of all targets by kind. Kinds without a failure are absent. */
  readonly failures: Readonly<Partial<Record<TargetFailureKind | 'unknown', readonly number[]>>>;
  readonly jobs: Readonly<Record<JobCount, readonly number[]>>;
  readonly inputTokens: readonly number[];
  readonly outputTokens: readonly number[];
  /** US dollars at list price. */
  readonly costUsd: readonly number[];
}

export interface TargetSeries {
  /** All calls of the target. The answered ones are these without the throttled and the failed. */
  readonly calls: readonly number[];
  readonly throttled: readonly number[];
  /** Failed calls that were not throttled. */
  readonly failed: readonly number[];
  /** Times that a job skipped the target because it does not admit calls. */
  readonly skipped: readonly number[];
  /** The mean time to the first token in milliseconds; null without a call. */
  readonly firstTokenMs: readonly (number | null)[];
  /** 0: admits all calls, 1: only probes, 2: none; null if it is not known. */
  readonly state: readonly (0 | 1 | 2 | null)[];
}

export const JOB_COUNTS = [
  'accepted',
  'succeeded',
  'degraded',
  'failed',
  'deadLettered',
  'expired',
  'cancelled',
  'deferred',
] as const;
export type JobCount = (typeof JOB_COUNTS)[number];
