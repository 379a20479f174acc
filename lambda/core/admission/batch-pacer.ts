import type { Settings } from '../../contract/policy.ts';
import { type AppliedQuotas, dayQuotaKey, tokensPerDayOf } from '../../contract/quotas.ts';
import type { Clock } from '../clock.ts';
import { batchRate } from './batch-pace.ts';
import { type BucketStore, BucketStoreError } from './bucket-store.ts';
import { dayBudget, type RegionUse } from './day-budget.ts';
import { HOUR_MS } from './hourly-tokens.ts';
import { quotaDay } from './quota-day.ts';
import { readRegionUse } from './region-use.ts';

/** What a batch job holds of its part of the day's budget. */
export interface PaceHolding {
  readonly key: string;
  readonly msPerToken: number;
}

export type Pace =
  | { readonly admitted: true; readonly waitMs: number; readonly holding: PaceHolding }
  | { readonly admitted: false; readonly waitMs: number };

export interface BatchPacerParts {
  readonly store: BucketStore;
  readonly settings: () => Settings;
  readonly applied: () => AppliedQuotas | undefined;
  readonly clock: Pick<Clock, 'now'>;
}

/** The part of the day's budget that batch jobs may use at once, in milliseconds of their rate. */
const BURST_MS = 300_000;
/** A hold waits for no more than this: later, the rate may be another one. */
const LONGEST_HOLD_MS = HOUR_MS;
const USE_MAX_AGE_MS = 60_000;

/**
 * Spreads the calls of batch jobs over the day, so that the budget of a source Region lasts until its
 * reset. They share a bucket, whose rate follows from what is left.
 */
export class BatchPacer {
  readonly #parts: BatchPacerParts;
  readonly #uses = new Map<string, { readonly atMs: number; readonly use: RegionUse }>();

  constructor(parts: BatchPacerParts) {
    this.#parts = parts;
  }

  /**
   * Takes a batch job's part of the day's budget. Returns undefined, and so admits the job, if the quota
   * of the day is not known, or the store does not answer.
   *
   * @param patienceMs how long the call may wait for its turn
   */
  async take(region: string, tokens: number, patienceMs: number): Promise<Pace | undefined> {
    const { store, settings, applied, clock } = this.#parts;
    const quota = tokensPerDayOf(settings(), region, applied());
    if (quota === undefined) return undefined;
    try {
      const use = await this.#use(region);
      const nowMs = clock.now();
      const day = quotaDay(nowMs, settings().breaker);
      const leftMs = day.endMs - nowMs;
      const rate = batchRate(dayBudget(quota, use, nowMs, day), use, nowMs, day);
      if (rate === 0) return { admitted: false, waitMs: leftMs };
      const heldMs = Math.min(tokens / rate, LONGEST_HOLD_MS, leftMs);
      const key = dayQuotaKey(region);
      const terms = { burstMs: BURST_MS, patienceMs };
      const { admitted, waitMs } = await store.hold(key, { tokens: heldMs }, terms);
      if (!admitted) return { admitted, waitMs };
      return { admitted, waitMs, holding: { key, msPerToken: heldMs / tokens } };
    } catch (error) {
      if (!(error instanceof BucketStoreError)) throw error;
      return undefined;
    }
  }

  async #use(region: string): Promise<RegionUse> {
    const { store, settings, clock } = this.#parts;
    const known = this.#uses.get(region);
    const nowMs = clock.now();
    if (known && nowMs < known.atMs + USE_MAX_AGE_MS) return known.use;
    const use = await readRegionUse(store, settings(), region);
    this.#uses.set(region, { atMs: nowMs, use });
    return use;
  }
}
