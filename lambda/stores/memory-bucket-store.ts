import {
  type Bucket,
  type CorrectedRate,
  corrected,
  EMPTY_BUCKET,
  type Hold,
  spentAfter,
  type Terms,
  take,
  takenByPause,
} from '../core/admission/bucket.ts';
import type { BucketStore, CorrectionTimes, Held } from '../core/admission/bucket-store.ts';
import { type Settlement, settled } from '../core/admission/settlement.ts';

/** Keeps buckets in the memory of one process: for tests, and for a worker whose store is lost. */
export class MemoryBucketStore implements BucketStore {
  readonly #buckets = new Map<string, Bucket>();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  async hold(key: string, hold: Hold, terms: Terms): Promise<Held> {
    const bucket = this.#bucket(key);
    const taking = take(bucket, hold, this.#now(), terms);
    const { admitted, waitMs } = taking;
    if (!taking.admitted) return { admitted, waitMs, bucket };
    const { spentUntil } = taking;
    return { admitted, waitMs, bucket: this.#set(key, { ...bucket, spentUntil }) };
  }

  async settle(key: string, settlement: Settlement): Promise<void> {
    this.#set(key, settled(this.#bucket(key), settlement, this.#now()));
  }

  async correct(key: string, times: CorrectionTimes): Promise<CorrectedRate | undefined> {
    const bucket = this.#bucket(key);
    const nowMs = this.#now();
    const rate = corrected(bucket, nowMs, times.windowMs);
    if (!rate) return undefined;
    const taken = takenByPause(bucket, rate, nowMs, times.burstMs);
    this.#set(key, { ...bucket, rate, spentUntil: spentAfter(bucket.spentUntil, taken) });
    return rate;
  }

  async read(keys: readonly string[]): Promise<readonly Bucket[]> {
    return keys.map((key) => this.#bucket(key));
  }

  #bucket(key: string): Bucket {
    return this.#buckets.get(key) ?? EMPTY_BUCKET;
  }

  #set(key: string, bucket: Bucket): Bucket {
    this.#buckets.set(key, bucket);
    return bucket;
  }
}
