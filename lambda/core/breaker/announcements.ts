import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Tally } from './tally.ts';
import { timingOf } from './timing.ts';
import { usesShares } from './trip-rules.ts';

/**
 * The first calls of a worker that has counted nothing in the window. When a fleet starts, throttles
 * arrive within milliseconds and successes within seconds. A worker with a single call has no other
 * in flight that it could count beside its failure. So without announcements, a few throttles would
 * open the circuit of a target that serves most calls. An announcement counts for a short time,
 * because it may belong to a call that hangs.
 */
export class Announcements {
  readonly #tally: Tally;
  /** The time from which nothing that this worker has written is in the window. */
  #coldAtMs = Number.NEGATIVE_INFINITY;
  #isDue = false;
  #announced = 0;
  #announcedAtMs = 0;

  constructor(tally: Tally) {
    this.#tally = tally;
  }

  /** True if a flush should announce calls. */
  get isDue(): boolean {
    return this.#isDue && this.#tally.inFlight > 0;
  }

  /** Must be called when a call has begun. Returns true if a flush should announce it. */
  callBegan(nowMs: number, policy: () => BreakerPolicy): boolean {
    if (nowMs < this.#coldAtMs) return false;
    this.#coldAtMs = nowMs + timingOf(policy()).windowMs;
    this.#isDue = usesShares(policy());
    return this.#isDue;
  }

  /**
   * Returns the number of calls that this flush announces. It is negative if the flush counts a
   * failure, because it also counts the calls in flight that were announced before.
   */
  take(nowMs: number, policy: BreakerPolicy): number {
    const { windowMs, announcedForMs } = timingOf(policy);
    this.#coldAtMs = nowMs + windowMs;
    if (!this.#tally.hasCountedFailure) {
      if (!this.isDue) return 0;
      this.#isDue = false;
      this.#announced = this.#tally.inFlight;
      this.#announcedAtMs = nowMs;
      return this.#announced;
    }
    const isInForce = nowMs - this.#announcedAtMs < announcedForMs;
    const takenBack = isInForce ? -this.#announced : 0;
    this.#isDue = false;
    this.#announced = 0;
    return takenBack;
  }
}
