import type { TargetFailureKind } from '../../contract/words.ts';

/**
 * The storage through which workers share their circuits. A store makes no decisions: it loads and
 * saves records, adds to window buckets and reads windows. Each operation is atomic and takes a
 * bounded time. A method that fails throws a `CircuitStoreError`. A store must not retry, because a
 * repeated addition would count twice.
 */
export interface CircuitStore {
  load(key: string): Promise<Loaded>;
  /** Saves the record if the stored record is the expected one. Otherwise returns false. */
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

/**
 * The earliest and the latest time that the store's clock may have shown when the store responded.
 * Both are equal if the store reports its exact time.
 */
export interface StoreTime {
  readonly earliestMs: number;
  readonly latestMs: number;
}

export interface StoredRecord {
  readonly version: number;
  readonly [field: string]: unknown;
}

/**
 * The record that must be stored for a save to succeed: no record, a record of this version, or
 * exactly this unreadable value.
 */
export type Expected = 'absent' | { readonly version: number } | { readonly raw: unknown };

export interface WindowSlot {
  readonly startMs: number;
  readonly bucketMs: number;
}

/** The number of buckets in a window. DynamoDB keeps this many consecutive buckets in one item. */
export const BUCKETS_PER_WINDOW = 60;

export interface WindowCounts {
  /** The number of successes. Negative if a write takes back provisional successes. */
  readonly success: number;
  /**
   * The number of successes of calls that have not ended. Negative if a write settles or takes back
   * such successes. @default 0
   */
  readonly provisional?: number;
  /**
   * Calls that a worker began when it had counted nothing in the window. Negative if a write also
   * counts the outcomes of such calls. @default 0
   */
  readonly announced?: number;
  /** The sum of the times to the first token of the successes, in milliseconds. @default 0 */
  readonly firstTokenMs?: number;
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
  /** `no`: the store refused and changed nothing. `unknown`: the response was lost. */
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
  const provisional = (a.provisional ?? 0) + (b.provisional ?? 0);
  const announced = (a.announced ?? 0) + (b.announced ?? 0);
  const firstTokenMs = (a.firstTokenMs ?? 0) + (b.firstTokenMs ?? 0);
  const retryAfterMs = Math.max(a.retryAfterMs ?? 0, b.retryAfterMs ?? 0);
  return {
    startMs: a.startMs,
    success: a.success + b.success,
    slow: a.slow + b.slow,
    failures,
    ...(provisional !== 0 && { provisional }),
    ...(announced !== 0 && { announced }),
    ...(firstTokenMs !== 0 && { firstTokenMs }),
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
