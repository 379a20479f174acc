import type { TargetFailureKind } from '../../contract/words.ts';
import type { WindowCounts } from './circuit-store.ts';
import { FailedSubjects } from './failed-subjects.ts';
import { isLate } from './trip-rules.ts';

/**
 * The outcomes of one epoch that this worker has counted but not yet written. Throttles arrive
 * within milliseconds but successes within seconds, so a count of only the calls that have ended
 * would open a healthy circuit. Therefore a flush that contains a failure also counts the calls in
 * flight, as provisional successes. If such a call fails, its provisional success is taken back.
 * A timeout comes later than successes, so it needs no such balance. A success at a first token is
 * provisional too, until the answer ends.
 */
export class Tally {
  readonly epoch: number;
  readonly failedSubjects = new FailedSubjects();
  /** The number of calls that have neither a token nor an outcome yet. */
  #inFlight = 0;
  /** The number of calls in flight (see above) that a flush has already counted as successes. */
  #provisional = 0;
  #success = 0;
  /** The pending change of the window's count of provisional successes. */
  #provisionalChange = 0;
  #firstTokenMs = 0;
  #slow = 0;
  #failures: Partial<Record<TargetFailureKind, number>> = {};
  #retryAfterMs = 0;
  #hasCountedFailure = false;
  /** True if a pending failure may have come before the successes of calls that began with it. */
  #hasEarlyFailure = false;
  #pendingSinceMs: number | undefined;
  #servedAtMs = Number.NEGATIVE_INFINITY;

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  /** True if a flush has something to write. */
  get isPending(): boolean {
    return this.#hasOutcomes || this.#provisionalChange !== 0;
  }

  get inFlight(): number {
    return this.#inFlight;
  }

  /** True if a pending failure is of a kind that the policy counts. */
  get hasCountedFailure(): boolean {
    return this.#hasCountedFailure;
  }

  /** True if the pending counts may trip the circuit, so that the window must be read. */
  get mayTrip(): boolean {
    return this.#hasCountedFailure || this.#slow > 0;
  }

  /** The pending successes that are not provisional. */
  get settledSuccesses(): number {
    return this.#success - this.#provisionalChange;
  }

  /** The time at which the latest answer ended, by this worker's clock. */
  get servedAtMs(): number {
    return this.#servedAtMs;
  }

  begin(): void {
    this.#inFlight++;
  }

  succeed(nowMs: number): void {
    this.#inFlight--;
    this.#servedAtMs = nowMs;
    if (this.#provisional === 0) this.#success++;
    else {
      this.#provisional--;
      this.#provisionalChange--;
    }
  }

  /** Counts a provisional success at the first token of a call. */
  beginAnswer(): void {
    this.#inFlight--;
    if (this.#provisional > 0) this.#provisional--;
    else {
      this.#success++;
      this.#provisionalChange++;
    }
  }

  /** Makes the success of a call final, because its answer has ended. */
  endAnswer(nowMs: number, firstTokenMs: number): void {
    this.#provisionalChange--;
    this.#servedAtMs = nowMs;
    this.#firstTokenMs += firstTokenMs;
  }

  /** Takes back the success of a call whose answer broke. */
  takeBack(): void {
    this.#provisionalChange--;
    this.#success--;
  }

  /** Records the failure of a call that had no token. */
  fail(kind: TargetFailureKind, counts: boolean, retryAfterMs: number): void {
    this.#inFlight--;
    if (this.#provisional > 0) this.#takeBackProvisional();
    this.addFailure(kind, counts, retryAfterMs);
  }

  /** Adds a failure. `counts` is false if the policy ignores failures of this kind. */
  addFailure(kind: TargetFailureKind, counts: boolean, retryAfterMs: number): void {
    this.#failures[kind] = (this.#failures[kind] ?? 0) + 1;
    if (!counts) return;
    this.#hasCountedFailure = true;
    this.#hasEarlyFailure ||= !isLate(kind);
    this.#retryAfterMs = Math.max(this.#retryAfterMs, retryAfterMs);
  }

  ignore(): void {
    this.#inFlight--;
    if (this.#provisional > this.#inFlight) this.#takeBackProvisional();
  }

  slow(): void {
    this.#slow++;
  }

  /**
   * Returns true if outcomes have been pending for over `maxAgeMs`. Call this after each outcome.
   * A change that only settles provisional successes can wait for the end of the invocation.
   */
  isOverdue(nowMs: number, maxAgeMs: number): boolean {
    if (!this.#hasOutcomes) return false;
    this.#pendingSinceMs ??= nowMs;
    return nowMs - this.#pendingSinceMs > maxAgeMs;
  }

  /** Returns the pending counts and starts again from zero. */
  take(): WindowCounts {
    if (this.#hasEarlyFailure) {
      const counted = this.#inFlight - this.#provisional;
      this.#success += counted;
      this.#provisionalChange += counted;
      this.#provisional = this.#inFlight;
    }
    const firstTokenMs = roundedToTenths(this.#firstTokenMs);
    const counts = {
      success: this.#success,
      slow: this.#slow,
      failures: this.#failures,
      ...(this.#provisionalChange !== 0 && { provisional: this.#provisionalChange }),
      ...(firstTokenMs !== 0 && { firstTokenMs }),
      ...(this.#retryAfterMs > 0 && { retryAfterMs: this.#retryAfterMs }),
    };
    this.#success = 0;
    this.#provisionalChange = 0;
    this.#firstTokenMs -= firstTokenMs;
    this.#slow = 0;
    this.#failures = {};
    this.#retryAfterMs = 0;
    this.#hasCountedFailure = false;
    this.#hasEarlyFailure = false;
    this.#pendingSinceMs = undefined;
    return counts;
  }

  /** Adds the counts of a refused write to the pending counts. */
  putBack(counts: WindowCounts): void {
    this.#success += counts.success;
    this.#provisionalChange += counts.provisional ?? 0;
    this.#firstTokenMs += counts.firstTokenMs ?? 0;
    this.#slow += counts.slow;
    this.#retryAfterMs = Math.max(this.#retryAfterMs, counts.retryAfterMs ?? 0);
    for (const [kind, count] of Object.entries(counts.failures) as [TargetFailureKind, number][]) {
      this.#failures[kind] = (this.#failures[kind] ?? 0) + count;
      this.#hasCountedFailure = true;
      this.#hasEarlyFailure ||= !isLate(kind);
    }
  }

  get #hasOutcomes(): boolean {
    return this.#success !== 0 || this.#slow > 0 || Object.keys(this.#failures).length > 0;
  }

  #takeBackProvisional(): void {
    this.#provisional--;
    this.takeBack();
  }
}

/**
 * Rounds a sum to tenths of a second; the rest goes with the next flush. DynamoDB bills the digits
 * of a number without its trailing zeros.
 */
function roundedToTenths(ms: number): number {
  return Math.round(ms / 100) * 100;
}
