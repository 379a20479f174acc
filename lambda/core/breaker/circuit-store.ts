import type { TargetFailureKind } from '../../contract/words.ts';

/**
 * The place where workers share their circuits. A store decides nothing: it loads, saves by version,
 * adds to a window bucket and reads a window, each atomically and within a bounded time. Every method
 * that fails throws a `CircuitStoreError`. A store must not retry: a repeated addition counts twice.
 */
export interface CircuitStore {
  load(key: string): Promise<Loaded>;
  /** Returns false, and saves nothing, if the stored record is not the expected one. */
  save(key: string, record: StoredRecord, expected: Expected): Promise<boolean>;
  addToWindow(key: string, epoch: number, slot: WindowSlot, counts: WindowCounts): Promise<void>;
  /** Returns the epoch's buckets that start at `slot` or later, one per start, in order of time. */
  readWindow(key: string, epoch: number, slot: WindowSlot): Promise<readonly WindowBucket[]>;
}

export interface Loaded {
  /** The record as it is stored; `undefined` if there is none. */
  readonly record: unknown;
  readonly storeTime: StoreTime;
}

/** The range of the store's clock when it responded. Both ends are equal if the time is exact. */
export interface StoreTime {
  readonly earliestMs: number;
  readonly latestMs: number;
}

export interface StoredRecord {
  readonly version: number;
  readonly [field: string]: unknown;
}

/** The stored record that a save requires: none, a version, or exactly this unreadable value. */
export type Expected = 'absent' | { readonly version: number } | { readonly raw: unknown };

export interface WindowSlot {
  readonly startMs: number;
  readonly bucketMs: number;
}

/** The number of buckets in a window. DynamoDB keeps this many consecutive buckets in one item. */
export const BUCKETS_PER_WINDOW = 60;

export interface WindowCounts {
  /** Negative if it takes back provisional successes. */
  readonly success: number;
  readonly slow: number;
  readonly failures: Readonly<Partial<Record<TargetFailureKind, number>>>;
  /** The longest wait that a failed call asked for, in milliseconds. */
  readonly retryAfterMs?: number;
}

export interface WindowBucket extends WindowCounts {
  readonly startMs: number;
}

export class CircuitStoreError extends Error {
  override readonly name = 'CircuitStoreError';
  /** `no`: the store refused and did nothing. `unknown`: the response was lost. */
  readonly applied: 'no' | 'unknown';
  constructor(message: string, applied: 'no' | 'unknown', options?: ErrorOptions) {
    super(message, options);
    this.applied = applied;
  }
}

/** Adds up two parts of one bucket. */
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

/** Adds up the parts of each bucket. Returns one bucket per start, in order of time. */
export function mergedBuckets(parts: readonly WindowBucket[]): readonly WindowBucket[] {
  const buckets = new Map<number, WindowBucket>();
  for (const part of parts) {
    buckets.set(part.startMs, mergedBucket(buckets.get(part.startMs), part));
  }
  return [...buckets.values()].sort((a, b) => a.startMs - b.startMs);
}
