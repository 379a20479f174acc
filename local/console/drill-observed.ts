import type { JobCounts } from './job-ledger.ts';

/** The part of the default chain that fails. */
export interface DrillTier {
  readonly name: string;
  readonly targets: readonly string[];
  /** The tier of each target of the chain. */
  readonly tierOf: Readonly<Record<string, string>>;
  /** The permits of the recovery stages. */
  readonly permits: readonly number[];
}

/** Counts since the start of the drill, about the targets of its tier. */
export interface Observed {
  /** The calls that Bedrock received. */
  readonly calls: number;
  /** Those that it refused. */
  readonly failed: number;
  /** Times that a job skipped a target without a call. */
  readonly skipped: number;
  readonly jobs: JobCounts;
}

/** Returns the jobs that were answered between two counts, by the tier that answered. */
export function answeredByTier(
  before: JobCounts,
  after: JobCounts,
  tierOf: Readonly<Record<string, string>>,
): Readonly<Record<string, number>> {
  const byTier: Record<string, number> = {};
  for (const [target, count] of Object.entries(after.answeredBy)) {
    const answered = count - (before.answeredBy[target] ?? 0);
    const tier = tierOf[target] ?? target;
    if (answered > 0) byTier[tier] = (byTier[tier] ?? 0) + answered;
  }
  return byTier;
}
