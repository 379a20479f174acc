import type { QuotaLimits, Settings, Target } from '../../contract/policy.ts';
import {
  type AppliedQuotas,
  burndownOf,
  limitsOf,
  quotaKey,
  tokensPerDayOf,
} from '../../contract/quotas.ts';
import { bookingValidMs } from '../../contract/time-budget.ts';
import type { Clock } from '../clock.ts';
import type { Log } from '../telemetry.ts';
import { BatchPacer } from './batch-pacer.ts';
import { type Booking, isDue } from './booking.ts';
import { type Bucket, EMPTY_BUCKET, pauseOf, shareOf, type Terms } from './bucket.ts';
import { type BucketStore, BucketStoreError, type Held } from './bucket-store.ts';
import { ExpectedOutput } from './expected-output.ts';
import { burstOf, holdOf, MINUTE_MS, waitForMinute } from './minute.ts';
import { type Holding, QuotaHold } from './quota-hold.ts';
import { heldTokens } from './token-cost.ts';

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
}

/** A gate that knows no quota. */
export const NO_QUOTAS: QuotaGate = {
  admit: async () => undefined,
  redeem: async () => undefined,
  noteAnswer: () => undefined,
};

export interface QuotasOptions {
  readonly store: BucketStore;
  /** Creates the store that only this worker uses while the shared store is unavailable. */
  readonly newPrivateStore: () => BucketStore;
  readonly settings: () => Settings;
  /** Returns the account's quotas as they were last read. @default none are known */
  readonly applied?: () => AppliedQuotas | undefined;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  /** Called once when the shared store is lost. */
  readonly onStoreLost?: () => void;
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
  /** The buckets as this worker saw them last, for their rates. */
  readonly #seen = new Map<string, Bucket>();
  #private: BucketStore | undefined;
  #retrySharedAtMs = 0;

  constructor(options: QuotasOptions) {
    const { store, settings, applied = () => undefined, clock } = options;
    this.#options = options;
    this.#pacer = new BatchPacer({ store, settings, applied, clock });
  }

  async redeem(booking: Booking): Promise<QuotaAdmission | undefined> {
    const { store, clock, log, settings } = this.#options;
    if (!isDue(booking, clock.now(), bookingValidMs(settings().quotas))) return undefined;
    const waitMs = booking.isOnlyCounted ? 0 : await this.#pauseOf(booking.key);
    const { msPerToken, ...counted } = booking;
    const holding = booking.isPrivate ? counted : booking;
    return { admitted: true, waitMs, hold: new QuotaHold(store, holding, log, clock) };
  }

  /** Returns the length of a pause that goes on, in milliseconds; 0 if there is none. */
  async #pauseOf(key: string): Promise<number> {
    const { store, clock } = this.#options;
    try {
      const [bucket = EMPTY_BUCKET] = await store.read([key]);
      this.#seen.set(key, bucket);
      return pauseOf(bucket, clock.now());
    } catch (error) {
      this.#loseStore(error);
      return 0;
    }
  }

  noteAnswer(chain: string, outputTokens: number): void {
    const { expectedOutputTokens } = this.#options.settings().quotas;
    this.#expected.note(chain, outputTokens, expectedOutputTokens);
  }

  async admit(call: QuotaCall): Promise<QuotaAdmission | undefined> {
    const { target, isBatch, patienceMs } = call;
    const { settings, applied, clock } = this.#options;
    const limits = limitsOf(settings(), target, applied?.());
    const isDayKnown = tokensPerDayOf(settings(), target.region, applied?.()) !== undefined;
    if (!limits && !isDayKnown) return undefined;
    const key = quotaKey(target);
    const burndown = burndownOf(target);
    const tokens = this.#tokensOf(call, burndown);
    const isPaced = isBatch && this.#isSharedInUse(clock.now());
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
    const { held, store, rate } = await this.#hold(key, limits, tokens, terms);
    this.#seen.set(key, held.bucket);
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
    if (!this.#isSharedInUse(clock.now())) return undefined;
    const holding = { ...paced, isOnlyCounted: true };
    const onLost = (error: BucketStoreError) => this.#loseStore(error);
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

  /** Takes a hold in the shared store, or in the private one while that is unavailable. */
  async #hold(key: string, limits: QuotaLimits, tokens: number, terms: Terms) {
    const { store, clock } = this.#options;
    const nowMs = clock.now();
    if (this.#isSharedInUse(nowMs)) {
      try {
        const rate = shareOf(this.#seen.get(key) ?? EMPTY_BUCKET, nowMs);
        const held = await store.hold(key, holdOf(limits, tokens, rate), terms);
        this.#private = undefined;
        return { held, store, rate };
      } catch (error) {
        this.#loseStore(error);
      }
    }
    return this.#holdPrivately(key, limits, tokens, terms);
  }

  #isSharedInUse(nowMs: number): boolean {
    return !this.#private || nowMs >= this.#retrySharedAtMs;
  }

  async #holdPrivately(key: string, limits: QuotaLimits, tokens: number, terms: Terms) {
    const { newPrivateStore, settings } = this.#options;
    const store = this.#private ?? newPrivateStore();
    // The other workers decide alone too, so each of them takes its share of the quota.
    const rate = 1 / settings().jobs.workerConcurrency;
    const held: Held = await store.hold(key, holdOf(limits, tokens, rate), terms);
    return { held, store, rate };
  }

  #loseStore(error: unknown): void {
    if (!(error instanceof BucketStoreError)) throw error;
    const { clock, settings, log, newPrivateStore, onStoreLost } = this.#options;
    this.#retrySharedAtMs = clock.now() + settings().breaker.cooldownSeconds * 1000;
    if (this.#private) return;
    this.#private = newPrivateStore();
    log.error('the store of quotas does not answer; this worker uses a share of its own', {
      reason: error.message,
    });
    onStoreLost?.();
  }
}
