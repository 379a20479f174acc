import { TARGET_FAILURE_KINDS, type TargetFailureKind } from '../../contract/words.ts';
import type { WindowBucket } from './circuit-store.ts';

/** The calls of the last window of a closed circuit. */
export interface RecentCalls {
  readonly key: string;
  readonly calls: number;
  readonly failures: Readonly<Partial<Record<TargetFailureKind, number>>>;
  /** The mean time to the first token of the successes. Absent if no stream has succeeded. */
  readonly meanFirstTokenMs?: number;
}

/** Sums up a window. The buckets must be in order of time. */
export function recentCalls(key: string, buckets: readonly WindowBucket[]): RecentCalls {
  const failures: Partial<Record<TargetFailureKind, number>> = {};
  for (const bucket of buckets) {
    for (const kind of TARGET_FAILURE_KINDS) {
      const count = bucket.failures[kind];
      if (count !== undefined) failures[kind] = (failures[kind] ?? 0) + count;
    }
  }
  const failed = sumOf(Object.values(failures));
  const successes = Math.max(0, sumOf(buckets.map(({ success }) => success)));
  const settled = sumOf(buckets.map(settledSuccesses));
  const firstTokenMs = sumOf(buckets.map(({ firstTokenMs = 0 }) => firstTokenMs));
  const hasMean = settled > 0 && firstTokenMs > 0;
  return {
    key,
    calls: successes + failed,
    failures,
    ...(hasMean && { meanFirstTokenMs: Math.round(firstTokenMs / settled) }),
  };
}

/**
 * Returns the end of the latest bucket that holds final successes. The buckets must be in order of
 * time.
 */
export function lastServedMs(
  buckets: readonly WindowBucket[],
  bucketMs: number,
): number | undefined {
  const served = buckets.findLast((bucket) => settledSuccesses(bucket) > 0);
  return served && served.startMs + bucketMs;
}

/** A provisional success belongs to a call that has not ended, so it has not served anybody yet. */
function settledSuccesses({ success, provisional = 0 }: WindowBucket): number {
  return success - provisional;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, each) => sum + each, 0);
}
