import type { Settings, Target } from '../../contract/policy.ts';
import { quotaKey } from '../../contract/quotas.ts';
import { timeForACallMs } from '../../contract/time-budget.ts';
import type { Booking } from '../admission/booking.ts';
import type { CorrectionTimes } from '../admission/bucket-store.ts';
import type { QuotaHold } from '../admission/quota-hold.ts';
import type { QuotaAdmission, QuotaGate } from '../admission/quotas.ts';
import type { Clock } from '../clock.ts';
import type { Candidate } from './candidates.ts';
import type { ModelRequest, ModelResult } from './model-client.ts';
import type { RunRequest } from './run-request.ts';

/** A call that was not made because the quota of its target is used up. */
export type QuotaWait =
  /** The call may be made in `waitMs`. */
  | { readonly notMade: 'quota-full'; readonly waitMs: number }
  /** The call's hold is taken for a later time. */
  | { readonly notMade: 'booked'; readonly booking: Booking };

export interface CallQuotaParts {
  readonly quotas: QuotaGate;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

/**
 * SQS delays messages by whole seconds, so a shorter wait would take as long with another message, and
 * two writes of the job's row.
 */
const SHORTEST_DEFERRAL_MS = 1_000;

/** Takes and settles the quota for the calls of one run. */
export class CallQuota {
  readonly #parts: CallQuotaParts;
  readonly #settings: Settings;
  readonly #request: RunRequest;
  /** The booking, until a call uses it: targets that share a quota must not all use it. */
  #booking: Booking | undefined;

  constructor(parts: CallQuotaParts, settings: Settings, request: RunRequest) {
    this.#parts = parts;
    this.#settings = settings;
    this.#request = request;
    this.#booking = request.booking;
  }

  /**
   * Takes the hold of a call, or uses the one that the job has booked. Waits for its turn if that is
   * near. A target without a known quota has no hold.
   */
  async admit(
    { target, chain }: Candidate,
    { conversation }: ModelRequest,
    inputTokens: number,
    patienceMs: number,
  ): Promise<{ readonly hold?: QuotaHold } | QuotaWait> {
    const { quotas, clock } = this.#parts;
    const { priority, functionEndsAtMs, whenOpen } = this.#request;
    const { maxTokens } = conversation.inferenceConfig;
    const isBatch = priority === 'batch';
    const call = { target, chain, inputTokens, maxTokens, patienceMs, isBatch };
    const admission = (await this.#redeem(target)) ?? (await quotas.admit(call));
    if (!admission) return {};
    const { waitMs } = admission;
    if (!admission.admitted) return { notMade: 'quota-full', waitMs };
    const { hold } = admission;
    if (waitMs === 0 || whenOpen === 'fail') return { hold };
    const atMs = clock.now() + waitMs;
    const hasTime = atMs + timeForACallMs(this.#settings.jobs) <= functionEndsAtMs;
    if (waitMs > SHORTEST_DEFERRAL_MS || !hasTime) {
      return { notMade: 'booked', booking: { ...hold.holding, atMs } };
    }
    await clock.sleep(waitMs);
    return { hold };
  }

  async #redeem(target: Target): Promise<QuotaAdmission | undefined> {
    const booking = this.#booking;
    if (booking?.key !== quotaKey(target)) return undefined;
    this.#booking = undefined;
    return this.#parts.quotas.redeem(booking);
  }

  /**
   * Learns from the result of a call that was made, and settles its hold. The job does not wait for that,
   * because the end of an invocation does.
   */
  settle({ chain }: Candidate, hold: QuotaHold | undefined, result: ModelResult): void {
    const { quotas } = this.#parts;
    if (result.outcome === 'answer') quotas.noteAnswer(chain, result.answer.usage.outputTokens);
    if (hold) quotas.later(this.#settle(hold, result));
  }

  async #settle(hold: QuotaHold, result: ModelResult): Promise<void> {
    if (result.outcome === 'answer') return hold.settle(result.answer.usage);
    const isThrottled = result.outcome === 'failure' && result.failure.kind === 'quota-minute';
    if (isThrottled) await hold.throttled(this.#correctionTimes);
    return hold.settle(result.usage);
  }

  get #correctionTimes(): CorrectionTimes {
    const { breaker, quotas } = this.#settings;
    return { windowMs: breaker.windowSeconds * 1000, burstMs: quotas.burstSeconds * 1000 };
  }
}
