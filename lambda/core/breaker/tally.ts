import type { TargetFailureKind } from '../../contract/words.ts';
import type { WindowCounts } from './circuit-store.ts';

/**
 * The outcomes of one epoch that this worker has counted but not yet written. Throttles arrive
 * within milliseconds but successes within seconds, so a count of only the calls that have ended
 * would open a healthy circuit. Therefore a flush that contains a failure also counts the calls in
 * flight, as provisional successes. If such a call fails, its provisional success is taken back.
 */
export class Tally {
  readonly epoch: number;
  #inFlight = 0;
  /** The number of calls in flight that a flush has already counted as successes. */
  #provisional = 0;
  #success = 0;
  #slow = 0;
  #failures: Partial<Record<TargetFailureKind, number>> = {};
  #retryAfterMs = 0;
  #hasFailures = false;
  /** True if a pending failure is of a kind that the policy counts. */
  #hasCountedFailure = false;
  #pendingSinceMs: number | undefined;
  readonly #failedSubjects = new Map<string, number>();

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  /** True if a flush has something to write. */
  get isPending(): boolean {
    return this.#success !== 0 || this.#hasFailures || this.#slow > 0;
  }

  /** True if the pending counts may trip the circuit, so that the window must be read. */
  get mayTrip(): boolean {
    return this.#hasCountedFailure || this.#slow > 0;
  }

  begin(): void {
    this.#inFlight++;
  }

  succeed(): void {
    this.#inFlight--;
    if (this.#provisional > 0) this.#provisional--;
    else this.#success++;
  }

  /** Records a failure. `counts` is false if the policy ignores failures of this kind. */
  fail(kind: TargetFailureKind, counts: boolean, retryAfterMs: number): void {
    this.#inFlight--;
    if (this.#provisional > 0) this.#takeBack();
    this.#failures[kind] = (this.#failures[kind] ?? 0) + 1;
    this.#hasFailures = true;
    if (!counts) return;
    this.#hasCountedFailure = true;
    this.#retryAfterMs = Math.max(this.#retryAfterMs, retryAfterMs);
  }

  ignore(): void {
    this.#inFlight--;
    if (this.#provisional > this.#inFlight) this.#takeBack();
  }

  slow(): void {
    this.#slow++;
  }

  /**
   * Returns false if the subject has already failed within the window, because only one failure of
   * a job counts.
   */
  isFirstFailure(subject: string, nowMs: number, windowMs: number): boolean {
    for (const [known, failedAtMs] of this.#failedSubjects) {
      if (nowMs - failedAtMs < windowMs) break;
      this.#failedSubjects.delete(known);
    }
    if (this.#failedSubjects.has(subject)) return false;
    this.#failedSubjects.set(subject, nowMs);
    return true;
  }

  /** Returns true if counts have been pending for over `maxAgeMs`. Call this after each outcome. */
  isOverdue(nowMs: number, maxAgeMs: number): boolean {
    if (!this.isPending) return false;
    this.#pendingSinceMs ??= nowMs;
    return nowMs - this.#pendingSinceMs > maxAgeMs;
  }

  /** Returns the pending counts and starts again from zero. */
  take(): WindowCounts {
    if (this.#hasCountedFailure) {
      this.#success += this.#inFlight - this.#provisional;
      this.#provisional = this.#inFlight;
    }
    const counts = {
      success: this.#success,
      slow: this.#slow,
      failures: this.#failures,
      ...(this.#retryAfterMs > 0 && { retryAfterMs: this.#retryAfterMs }),
    };
    this.#success = 0;
    this.#slow = 0;
    this.#failures = {};
    this.#retryAfterMs = 0;
    this.#hasFailures = false;
    this.#hasCountedFailure = false;
    this.#pendingSinceMs = undefined;
    return counts;
  }

  /** Adds the counts of a refused write to the pending counts. */
  putBack(counts: WindowCounts): void {
    this.#success += counts.success;
    this.#slow += counts.slow;
    this.#retryAfterMs = Math.max(this.#retryAfterMs, counts.retryAfterMs ?? 0);
    this.#hasFailures ||= Object.keys(counts.failures).length > 0;
    this.#hasCountedFailure ||= this.#hasFailures;
    for (const [kind, count] of Object.entries(counts.failures) as [TargetFailureKind, number][]) {
      this.#failures[kind] = (this.#failures[kind] ?? 0) + count;
    }
  }

  #takeBack(): void {
    this.#provisional--;
    this.#success--;
  }
}
