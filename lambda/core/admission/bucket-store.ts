import type { Bucket, CorrectedRate, Hold, Taking, Terms } from './bucket.ts';
import type { Settlement } from './settlement.ts';

/**
 * The storage through which workers share the buckets of Bedrock's quotas. It applies the rules of
 * `bucket.ts` by its own clock, each in one atomic step of a bounded time. A method that fails throws a
 * `BucketStoreError`. A store must not retry, because a repeated write would count twice.
 */
export interface BucketStore {
  /** Takes a hold as `take` does, and returns the bucket afterwards. A refusal writes nothing. */
  hold(key: string, hold: Hold, terms: Terms): Promise<Held>;
  /** Settles a call as `settled` does. */
  settle(key: string, settlement: Settlement): Promise<void>;
  /**
   * Corrects the rate as `corrected` does, and takes what the pause takes. Returns the new rate;
   * undefined during a pause.
   */
  correct(key: string, times: CorrectionTimes): Promise<CorrectedRate | undefined>;
  /** Returns the buckets in the order of their keys; one that was never used is empty. */
  read(keys: readonly string[]): Promise<readonly Bucket[]>;
}

/** Times in milliseconds. */
export interface CorrectionTimes {
  /** The rate is lowered once in this time. */
  readonly windowMs: number;
  readonly burstMs: number;
}

export interface Held extends Pick<Taking, 'admitted' | 'waitMs'> {
  /** The bucket after a hold that was admitted, or as it is. */
  readonly bucket: Bucket;
}

export class BucketStoreError extends Error {
  override readonly name = 'BucketStoreError';
}
