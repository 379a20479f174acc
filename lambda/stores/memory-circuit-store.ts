import {
  BUCKETS_PER_WINDOW,
  type CircuitStore,
  type Expected,
  type Loaded,
  mergedBucket,
  type StoredRecord,
  type WindowBucket,
  type WindowCounts,
  type WindowSlot,
} from '../core/breaker/circuit-store.ts';
import { isObject } from '../core/breaker/record-fields.ts';

/**
 * Keeps circuits in the memory of one process: for tests, for a single server, and as the private
 * store of a worker while the shared store is unavailable.
 */
export class MemoryCircuitStore implements CircuitStore {
  /** Records are kept as text, so that a caller cannot change one through a shared object. */
  readonly #records = new Map<string, string>();
  readonly #windows = new Map<string, Map<number, Window>>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async load(key: string): Promise<Loaded> {
    const text = this.#records.get(key);
    const nowMs = this.#now();
    return {
      record: text === undefined ? undefined : JSON.parse(text),
      storeTime: { earliestMs: nowMs, latestMs: nowMs },
    };
  }

  async save(key: string, record: StoredRecord, expected: Expected): Promise<boolean> {
    if (!this.#isExpected(expected, this.#records.get(key))) return false;
    this.#records.set(key, JSON.stringify(record));
    return true;
  }

  async addToWindow(
    key: string,
    epoch: number,
    { startMs, bucketMs }: WindowSlot,
    counts: WindowCounts,
  ): Promise<void> {
    const window = this.#window(key, epoch);
    const oldestMs = startMs - 2 * BUCKETS_PER_WINDOW * bucketMs;
    for (const past of window.keys()) if (past < oldestMs) window.delete(past);
    window.set(startMs, mergedBucket(window.get(startMs), { ...counts, startMs }));
  }

  async readWindow(
    key: string,
    epoch: number,
    { startMs }: WindowSlot,
  ): Promise<readonly WindowBucket[]> {
    return [...this.#window(key, epoch).values()]
      .filter((bucket) => bucket.startMs >= startMs)
      .sort((a, b) => a.startMs - b.startMs);
  }

  #isExpected(expected: Expected, text: string | undefined): boolean {
    if (expected === 'absent' || text === undefined) {
      return expected === 'absent' && text === undefined;
    }
    if ('raw' in expected) return text === JSON.stringify(expected.raw);
    const record: unknown = JSON.parse(text);
    return isObject(record) && record.version === expected.version;
  }

  /** A circuit has one epoch at a time, so the windows of older epochs are deleted. */
  #window(key: string, epoch: number): Window {
    const windows = this.#windows.get(key) ?? new Map<number, Window>();
    this.#windows.set(key, windows);
    const window = windows.get(epoch) ?? new Map<number, WindowBucket>();
    windows.set(epoch, window);
    const [oldest] = windows.keys();
    if (windows.size > KEPT_WINDOWS && oldest !== undefined) windows.delete(oldest);
    return window;
  }
}

const KEPT_WINDOWS = 4;

/** The buckets of one epoch, by start time. */
type Window = Map<number, WindowBucket>;
