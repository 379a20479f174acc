import type { QuotaLimits, Settings } from '../../contract/policy.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../telemetry.ts';
import { type Bucket, EMPTY_BUCKET, pauseOf, shareOf, type Terms } from './bucket.ts';
import { type BucketStore, BucketStoreError, type Held } from './bucket-store.ts';
import { holdOf } from './minute.ts';

export interface WorkerBucketsParts {
  readonly store: BucketStore;
  /** Creates the store that only this worker uses while the shared store is unavailable. */
  readonly newPrivateStore: () => BucketStore;
  readonly settings: () => Settings;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Called once when the shared store is lost. */
  readonly onStoreLost?: () => void;
}

/** A hold, the store that has it, and the share of the quota by which it was taken. */
export interface TakenFrom {
  readonly held: Held;
  readonly store: BucketStore;
  readonly rate: number;
}

/**
 * The buckets as one worker uses them: in the shared store, and with a share of each quota in a store of its
 * own while that does not answer.
 */
export class WorkerBuckets {
  readonly #parts: WorkerBucketsParts;
  /** The buckets as this worker saw them last, for their rates. */
  readonly #seen = new Map<string, Bucket>();
  #private: BucketStore | undefined;
  #retrySharedAtMs = 0;

  constructor(parts: WorkerBucketsParts) {
    this.#parts = parts;
  }

  isSharedInUse(): boolean {
    return !this.#private || this.#parts.clock.now() >= this.#retrySharedAtMs;
  }

  async hold(key: string, limits: QuotaLimits, tokens: number, terms: Terms): Promise<TakenFrom> {
    const { store, clock } = this.#parts;
    if (this.isSharedInUse()) {
      try {
        const rate = shareOf(this.#seen.get(key) ?? EMPTY_BUCKET, clock.now());
        const held = await store.hold(key, holdOf(limits, tokens, rate), terms);
        this.#private = undefined;
        this.#seen.set(key, held.bucket);
        return { held, store, rate };
      } catch (error) {
        this.lose(error);
      }
    }
    return this.#holdPrivately(key, limits, tokens, terms);
  }

  /** Returns the length of a pause that goes on, in milliseconds; 0 if there is none, or nobody knows. */
  async pauseOf(key: string): Promise<number> {
    const { store, clock } = this.#parts;
    try {
      const [bucket = EMPTY_BUCKET] = await store.read([key]);
      this.#seen.set(key, bucket);
      return pauseOf(bucket, clock.now());
    } catch (error) {
      this.lose(error);
      return 0;
    }
  }

  /** Uses the private store for a while. Throws any other error than that of a store. */
  lose(error: unknown): void {
    if (!(error instanceof BucketStoreError)) throw error;
    const { clock, settings, log, newPrivateStore, onStoreLost } = this.#parts;
    this.#retrySharedAtMs = clock.now() + settings().breaker.cooldownSeconds * 1000;
    if (this.#private) return;
    this.#private = newPrivateStore();
    log.error('the store of quotas does not answer; this worker uses a share of its own', {
      reason: error.message,
    });
    onStoreLost?.();
  }

  async #holdPrivately(key: string, limits: QuotaLimits, tokens: number, terms: Terms) {
    const { newPrivateStore, settings } = this.#parts;
    const store = this.#private ?? newPrivateStore();
    // The other workers decide alone too, so each of them takes its share of the quota.
    const rate = 1 / settings().jobs.workerConcurrency;
    const held = await store.hold(key, holdOf(limits, tokens, rate), terms);
    return { held, store, rate };
  }
}
