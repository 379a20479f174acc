/** Retries that are allowed before any call has earned one. */
const RESERVE = 10;
const SHARE_OF_CALLS = 0.1;

/**
 * Limits the retries after an unusable answer. An unusable answer may be
 * the request's own doing, so its target's circuit may stay closed, and without a limit a model that returns empty answers would double the cost of every job. Failed
 * calls need no budget: the target's circuit opens after a few of them.
 */
export class RetryBudget {
  #retries = RESERVE;

  /** Each call earns a tenth of a retry. */
  earn(): void {
    this.#retries = Math.min(RESERVE, this.#retries + SHARE_OF_CALLS);
  }

  /** Spends one retry. Returns false if none is left. */
  spend(): boolean {
    if (this.#retries < 1) return false;
    this.#retries -= 1;
    return true;
  }
}
