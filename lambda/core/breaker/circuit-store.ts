import type { TargetFailureKind } from '../../contract/words.ts';

/**
 * Where circuits are shared. A store decides nothing: it loads, saves by version, adds to a window
 * bucket and reads a window, each atomically and within a bounded time. Every method that fails
 * throws a `CircuitStoreError`. It must not retry by itself: an addition done twice counts twice.
 */
export interface CircuitStore {
  load(key: string): Promise<Loaded>;
  /** True when saved, false when the record was not as expected. */
  save(key: string, record: StoredRecord, expected: Expected): Promise<boolean>;
  addToWindow(key: string, epoch: number, slot: WindowSlot, counts: WindowCounts): Promise<void>;
  /** The epoch's buckets that start at `slot` or later: one for each start, in order of time. */
  readWindow(key: string, epoch: number, slot: WindowSlot): Promise<readonly WindowBucket[]>;
}

export interface Loaded {
  /** As it was found, `undefined` when there is none. */
  readonly record: unknown;
  /** The store's clock was within this span while it answered; the ends are equal if it is exact. */
  readonly storeTime: { readonly earliestMs: number; readonly latestMs: number };
}

export interface StoredRecord {
  readonly version: number;
  readonly [field: string]: unknown;
}

/** What has to lie in the store for a save: nothing, a version, or exactly this unreadable thing. */
export type Expected = 'absent' | { readonly version: number } | { readonly raw: unknown };

export interface WindowSlot {
  readonly startMs: number;
  readonly bucketMs: number;
}

/** A store keeps this many consecutive buckets in one item. */
export const BUCKETS_PER_WINDOW = 60;

export interface WindowCounts {
  /** May be negative: a success that was counted in advance and did not come. */
  readonly success: number;
  readonly slow: number;
  readonly failures: Readonly<Partial<Record<TargetFailureKind, number>>>;
  /** The longest wait that a failure asked for. */
  readonly retryAfterMs?: number;
}

export interface WindowBucket extends WindowCounts {
  readonly startMs: number;
}

export class CircuitStoreError extends Error {
  override readonly name = 'CircuitStoreError';
  /** `no`: the store refused, nothing happened. `unknown`: the answer was lost. */
  readonly applied: 'no' | 'unknown';
  constructor(message: string, applied: 'no' | 'unknown', options?: ErrorOptions) {
    super(message, options);
    this.applied = applied;
  }
}
