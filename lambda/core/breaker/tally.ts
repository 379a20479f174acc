import type { TargetFailureKind } from '../../contract/words.ts';
import type { WindowCounts } from './circuit-store.ts';

/**
 * What this worker has counted for one epoch and not written yet. Throttles answer in milliseconds
 * and successes in seconds, so a fleet that hears of failures first would trip falsely: when a
 * failure is written, the calls still in flight are counted as successes in advance, and taken back
 * if they fail. Counted are at any time the ended calls and `#inAdvance` of those in flight.
 */
export class Tally {
  readonly epoch: number;
  /** When the last call was admitted, and how long a count may be pending by the policy of then. */
  #admittedAtMs = 0;
  #pendingForMs = 0;
  /** When the oldest pending count came. */
  #pendingSinceMs: number | undefined;
  #inFlight = 0;
  #inAdvance = 0;
  #success = 0;
  #slow = 0;
  #failures: Partial<Record<TargetFailureKind, number>> = {};
  #retryAfterMs = 0;
  #hasFailures = false;
  /** Whether one of the pending failures is of a kind that counts. */
  #holdsFailure = false;
  readonly #failedSubjects = new Map<string, number>();

  constructor(epoch: number) {
    this.epoch = epoch;
  }

  /** Whether a flush has something to write. */
  get isPending(): boolean {
    return this.#success !== 0 || this.#hasFailures || this.#slow > 0;
  }

  /** Whether what is pending may trip the circuit, so that the window has to be read. */
  get mayTrip(): boolean {
    return this.#holdsFailure || this.#slow > 0;
  }

  begin(nowMs: number, pendingForMs: number): void {
    this.#inFlight++;
    this.#admittedAtMs = nowMs;
    this.#pendingForMs = pendingForMs;
  }

  succeed(): void {
    this.#inFlight--;
    if (this.#inAdvance > 0) this.#inAdvance--;
    else this.#success++;
  }

  /** `counts` says whether the policy takes the kind for a failure of the target. */
  fail(kind: TargetFailureKind, counts: boolean, retryAfterMs: number): void {
    this.#inFlight--;
    if (this.#inAdvance > 0) this.#takeBack();
    this.#failures[kind] = (this.#failures[kind] ?? 0) + 1;
    this.#hasFailures = true;
    if (!counts) return;
    this.#holdsFailure = true;
    this.#retryAfterMs = Math.max(this.#retryAfterMs, retryAfterMs);
  }

  ignore(): void {
    this.#inFlight--;
    if (this.#inAdvance > this.#inFlight) this.#takeBack();
  }

  slow(): void {
    this.#slow++;
  }

  /** False if the subject failed within the window before: a job counts one failure. */
  isFirstFailure(subject: string, nowMs: number, windowMs: number): boolean {
    for (const [known, failedAtMs] of this.#failedSubjects) {
      if (nowMs - failedAtMs < windowMs) break;
      this.#failedSubjects.delete(known);
    }
    if (this.#failedSubjects.has(subject)) return false;
    this.#failedSubjects.set(subject, nowMs);
    return true;
  }

  /**
   * To be asked after each outcome: whether the oldest one has waited too long. Without a time of
   * its own the outcome is taken to be as late as the last admission, which saves reading a clock.
   */
  isOverdue(nowMs = this.#admittedAtMs): boolean {
    if (!this.isPending) return false;
    this.#pendingSinceMs ??= nowMs;
    return nowMs - this.#pendingSinceMs > this.#pendingForMs;
  }

  /** Everything pending, which with it is no more. */
  take(): WindowCounts {
    if (this.#holdsFailure) {
      this.#success += this.#inFlight - this.#inAdvance;
      this.#inAdvance = this.#inFlight;
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
    this.#holdsFailure = false;
    this.#pendingSinceMs = undefined;
    return counts;
  }

  /** Counts that the store refused are pending again. */
  putBack(counts: WindowCounts): void {
    this.#success += counts.success;
    this.#slow += counts.slow;
    this.#retryAfterMs = Math.max(this.#retryAfterMs, counts.retryAfterMs ?? 0);
    this.#hasFailures ||= Object.keys(counts.failures).length > 0;
    this.#holdsFailure ||= this.#hasFailures;
    for (const [kind, count] of Object.entries(counts.failures) as [TargetFailureKind, number][]) {
      this.#failures[kind] = (this.#failures[kind] ?? 0) + count;
    }
  }

  #takeBack(): void {
    this.#inAdvance--;
    this.#success--;
  }
}
