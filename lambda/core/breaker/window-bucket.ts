import type { TargetFailureKind } from '../../contract/words.ts';
import type { WindowBucket } from './circuit-store.ts';

/** What was counted of one bucket in several places. */
export function mergedBucket(a: WindowBucket | undefined, b: WindowBucket): WindowBucket {
  if (!a) return b;
  const failures = { ...a.failures };
  for (const [kind, count] of Object.entries(b.failures) as [TargetFailureKind, number][]) {
    failures[kind] = (failures[kind] ?? 0) + count;
  }
  const retryAfterMs = Math.max(a.retryAfterMs ?? 0, b.retryAfterMs ?? 0);
  return {
    startMs: a.startMs,
    success: a.success + b.success,
    slow: a.slow + b.slow,
    failures,
    ...(retryAfterMs > 0 && { retryAfterMs }),
  };
}

/** One bucket for each start, in order of time. */
export function mergedBuckets(parts: readonly WindowBucket[]): readonly WindowBucket[] {
  const buckets = new Map<number, WindowBucket>();
  for (const part of parts) {
    buckets.set(part.startMs, mergedBucket(buckets.get(part.startMs), part));
  }
  return [...buckets.values()].sort((a, b) => a.startMs - b.startMs);
}
