import type { QuotaLimits, Target } from '../../contract/policy.ts';
import {
  type AppliedQuotas,
  burndownOf,
  limitsOf,
  quotaKey,
  tokensPerDayOf,
} from '../../contract/quotas.ts';
import { bookingValidMs } from '../../contract/time-budget.ts';
import { BatchPacer } from './batch-pacer.ts';
import { type Booking, isDue } from './booking.ts';
import type { Terms } from './bucket.ts';
import type { BucketStoreError } from './bucket-store.ts';
import { ExpectedOutput } from './expected-output.ts';
import { burstOf, MINUTE_MS, waitForMinute } from './minute.ts';
import { type Holding, QuotaHold } from './quota-hold.ts';
import { heldTokens } from './token-cost.ts';
import { WorkerBuckets, type WorkerBucketsParts } from './worker-buckets.ts';

/** A call that is about to be made. */
export interface QuotaCall {
  readonly target: Target;
  readonly chain: string;
  readonly inputTokens: number;
  readonly maxTokens: number;
  /** How long the call may wait for its turn, in milliseconds. */
  readonly patienceMs: number;
  /** A batch job leaves half of the burst to the others, and is paced over the day. */
  readonly isBatch: boolean;
}

export type QuotaAdmission =
  /** The call may be made in `waitMs`; 0 means now. */
  | { readonly admitted: true; readonly waitMs: number; readonly hold: QuotaHold }
  /** The quota is used up. The earliest time at which the call may be made is `waitMs` from now. */
  | { readonly admitted: false; readonly waitMs: number };

/** Admits calls within the quotas of their targets. */
export interface QuotaGate {
  /** Takes the call's hold. Returns undefined for a target without a known quota. */
  admit(call: QuotaCall): Promise<QuotaAdmission | undefined>;
  /**
   * Returns the hold of a booking whose time has come; undefined if the booking is of no use now. If the
   * bucket has been paused since, the booking waits for as long as the pause.
   */
  redeem(booking: Booking): Promise<QuotaAdmission | undefined>;
  /** Learns from an answer how long the answers of a chain are. */
  noteAnswer(chain: string, outputTokens: number): void;
  /** Lets a settlement go on while its job ends. It must not fail. */
  later(settlement: Promise<void>): void;
  /** Waits for all settlements. Call `flush` before the invocation ends. */
  flush(): Promise<void>;
}

/** A gate that knows no quota. */
export const NO_QUOTAS: QuotaGate = {
  admit: async () => undefined,
  redeem: async () => undefined,
  noteAnswer: () => undefined,
  later: () => undefined,
  flush: async () => undefined,
};

export interface QuotasOptions extends WorkerBucketsParts {
  /** Returns the account's quotas as they were last read. @default none are known */
  readonly applied?: () => AppliedQuotas | undefined;
}

/**
 * Admits calls within the known quotas of Bedrock, so that most throttles never happen. A target without
 * a known quota has no bucket, and all its calls are admitted. The quota of a day stops only batch jobs:
 * AWS may count the tokens in another way.
 */
export class Quotas implements QuotaGate {
  readonly #options: QuotasOptions;
  readonly #expected = new ExpectedOutput();
  readonly #pacer: BatchPacer;
  readonly #buckets: WorkerBuckets;
  readonly #settlements = new Set<Promise<void>>();

  constructor(options: QuotasOptions) {
    const { store, settings, applied = () => undefined, clock } = options;
    this.#options = options;
    this.#pacer = new BatchPacer({ store, settings, applied, clock });
    this.#buckets = new WorkerBuckets(options);
  }

  async redeem(booking: Booking): Promise<QuotaAdmission | undefined> {
    const { store, clock, log, settings } = this.#options;
    if (!isDue(booking, clock.now(), bookingValidMs(settings().quotas))) return undefined;
    const waitMs = booking.isOnlyCounted ? 0 : await this.#buckets.pauseOf(booking.key);
    const { msPerToken, ...counted } = booking;
    const holding = booking.isPrivate ? counted : booking;
    return { admitted: true, waitMs, hold: new QuotaHold(store, holding, log, clock) };
  }

  later(settlement: Promise<void>): void {
    const done = settlement.finally(() => this.#settlements.delete(done));
    this.#settlements.add(done);
  }

  async flush(): Promise<void> {
    await Promise.all(this.#settlements);
  }

  noteAnswer(chain: string, outputTokens: number): void {
    const { expectedOutputTokens } = this.#options.settings().quotas;
    this.#expected.note(chain, outputTokens, expectedOutputTokens);
  }

  async admit(call: QuotaCall): Promise<QuotaAdmission | undefined> {
    const { target, isBatch, patienceMs } = call;
    const { settings, applied } = this.#options;
    const limits = limitsOf(settings(), target, applied?.());
    const isDayKnown = tokensPerDayOf(settings(), target.region, applied?.()) !== undefined;
    if (!limits && !isDayKnown) return undefined;
    const key = quotaKey(target);
    const burndown = burndownOf(target);
    const tokens = this.#tokensOf(call, burndown);
    const isPaced = isBatch && this.#buckets.isSharedInUse();
    const pace = isPaced ? await this.#pacer.take(target.region, tokens, patienceMs) : undefined;
    if (pace?.admitted === false) return pace;
    const holding = { key, tokens, burndown, ...(pace && { pace: pace.holding }) };
    return limits
      ? this.#admitWithin(limits, holding, pace?.waitMs ?? 0, this.#termsOf(call, limits))
      : this.#admitCounted(holding, pace?.waitMs ?? 0);
  }

  async #admitWithin(
    limits: QuotaLimits,
    paced: Holding,
    paceWaitMs: number,
    terms: Terms,
  ): Promise<QuotaAdmission> {
    const { log, clock } = this.#options;
    const { key, tokens } = paced;
    const { held, store, rate } = await this.#buckets.hold(key, limits, tokens, terms);
    if (!held.admitted) {
      await this.#giveBackPace(paced);
      return { admitted: false, waitMs: held.waitMs };
    }
    const { tokensPerMinute } = limits;
    const msPerToken = tokensPerMinute && MINUTE_MS / (tokensPerMinute * rate);
    const holding = {
      ...paced,
      ...(msPerToken !== undefined && { msPerToken }),
      ...(store !== this.#options.store && { isPrivate: true }),
    };
    const hold = new QuotaHold(store, holding, log, clock);
    const minuteWaitMs = waitForMinute(held.bucket, tokens * (msPerToken ?? 0), clock.now());
    return { admitted: true, waitMs: Math.max(held.waitMs, paceWaitMs, minuteWaitMs), hold };
  }

  /**
   * Admits a call that counts for the day, to a target whose quota of the minute is not known. While the
   * store does not answer, it is not counted.
   */
  #admitCounted(paced: Holding, waitMs: number): QuotaAdmission | undefined {
    const { store, log, clock } = this.#options;
    if (!this.#buckets.isSharedInUse()) return undefined;
    const holding = { ...paced, isOnlyCounted: true };
    const onLost = (error: BucketStoreError) => this.#buckets.lose(error);
    return { admitted: true, waitMs, hold: new QuotaHold(store, holding, log, clock, onLost) };
  }

  async #giveBackPace(paced: Holding): Promise<void> {
    const { store, log, clock } = this.#options;
    if (paced.pace) await new QuotaHold(store, paced, log, clock).settle();
  }

  #tokensOf({ chain, inputTokens, maxTokens }: QuotaCall, burndown: number): number {
    const seed = this.#options.settings().quotas.expectedOutputTokens;
    const expectedOutputTokens = this.#expected.of(chain, seed);
    return heldTokens({ inputTokens, maxTokens, expectedOutputTokens, burndown });
  }

  #termsOf({ patienceMs, isBatch }: QuotaCall, limits: QuotaLimits): Terms {
    const burstMs = burstOf(limits, this.#options.settings().quotas);
    return { burstMs: isBatch ? burstMs / 2 : burstMs, patienceMs };
  }
}
