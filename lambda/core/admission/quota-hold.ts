import type { Clock } from '../clock.ts';
import type { Log } from '../telemetry.ts';
import type { PaceHolding } from './batch-pacer.ts';
import { type BucketStore, BucketStoreError, type CorrectionTimes } from './bucket-store.ts';
import { hourOf } from './hourly-tokens.ts';
import { type QuotaUsage, usedTokens } from './token-cost.ts';

/** A hold that a worker took for a call. */
export interface Holding {
  readonly key: string;
  readonly tokens: number;
  /** How long the quota takes to make up for a token, in milliseconds; undefined without such a quota. */
  readonly msPerToken?: number;
  readonly burndown: number;
  /** What a batch job holds of the day's budget besides. */
  readonly pace?: PaceHolding;
  /** True if a bucket of the worker's own has it, which a later run cannot settle. */
  readonly isPrivate?: boolean;
  /** True if no limit is known, so that the call is only counted for the day. */
  readonly isOnlyCounted?: boolean;
}

/**
 * The quota that a call holds while it runs. It is settled once. If that fails, the hold decays by
 * itself, so nothing is repeated.
 */
export class QuotaHold {
  readonly #store: BucketStore;
  readonly #holding: Holding;
  readonly #log: Log;
  readonly #clock: Pick<Clock, 'now'>;
  readonly #onLost: (error: BucketStoreError) => void;
  #isSettled = false;

  /** @param onLost hears of a store that does not answer */
  constructor(
    store: BucketStore,
    holding: Holding,
    log: Log,
    clock: Pick<Clock, 'now'>,
    onLost: (error: BucketStoreError) => void = () => undefined,
  ) {
    this.#store = store;
    this.#holding = holding;
    this.#log = log;
    this.#clock = clock;
    this.#onLost = onLost;
  }

  /** What was taken, for a booking. */
  get holding(): Holding {
    return this.#holding;
  }

  /**
   * Corrects the hold to what the call has cost, and counts that for the day. Without a usage, the call
   * cost nothing.
   */
  async settle(usage?: QuotaUsage): Promise<void> {
    if (this.#isSettled) return;
    this.#isSettled = true;
    const { burndown, pace } = this.#holding;
    const cost = usage ? usedTokens(usage, burndown) : 0;
    await Promise.all([this.#settle(this.#holding, cost), pace && this.#settle(pace, cost)]);
  }

  /**
   * Lowers the rate of the bucket, if it has one, and pauses it, because Bedrock throttled a call that the
   * bucket had admitted.
   */
  async throttled(times: CorrectionTimes): Promise<void> {
    if (this.#holding.isOnlyCounted) return;
    await this.#try(async () => {
      const rate = await this.#store.correct(this.#holding.key, times);
      if (rate) {
        this.#log.warn('quota lowered: Bedrock throttled a call within it', {
          quota: this.#holding.key,
          share: rate.share,
          pauseMs: rate.pauseMs,
        });
      }
    });
  }

  async #settle({ key, msPerToken }: Partial<PaceHolding> & Pick<Holding, 'key'>, cost: number) {
    const deltaMs = msPerToken === undefined ? 0 : (cost - this.#holding.tokens) * msPerToken;
    const used = cost > 0 ? { hour: hourOf(this.#clock.now()), tokens: cost } : undefined;
    if (deltaMs === 0 && !used) return;
    await this.#try(() => this.#store.settle(key, { deltaMs, ...(used && { used }) }));
  }

  async #try(operation: () => Promise<void>): Promise<void> {
    try {
      await operation();
    } catch (error) {
      const reason = error instanceof Error ? error.message : 'unknown error';
      this.#log.warn('quota not settled; its hold decays', { quota: this.#holding.key, reason });
      if (error instanceof BucketStoreError) this.#onLost(error);
    }
  }
}
