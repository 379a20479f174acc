/** The subjects (jobs) that have failed on one circuit. Only one failure of a job counts in a window. */
export class FailedSubjects {
  /** The time of each subject's failure, the oldest first. */
  readonly #failedAtMs = new Map<string, number>();

  /** Records a failure. Returns false if the subject has already failed within the window. */
  isFirstFailure(subject: string, nowMs: number, windowMs: number): boolean {
    for (const [known, failedAtMs] of this.#failedAtMs) {
      if (nowMs - failedAtMs < windowMs) break;
      this.#failedAtMs.delete(known);
    }
    if (this.#failedAtMs.has(subject)) return false;
    this.#failedAtMs.set(subject, nowMs);
    return true;
  }
}
