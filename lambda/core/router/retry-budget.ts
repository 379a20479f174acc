/** Calls that may be repeated before the first ones have earned anything. */
const RESERVE = 10;
const SHARE_OF_CALLS = 0.1;

/**
 * Bounds the calls that no circuit bounds: a second try for an answer that came back unusable. To
 * the breaker such a call is a success, so a model that turns out empty answers would double the
 * bill of every job. (A failed target is left to its circuit, which opens after a handful of calls.)
 */
export class RetryBudget {
  #calls = RESERVE;

  /** Each call earns a tenth of a retry. */
  earn(): void {
    this.#calls = Math.min(RESERVE, this.#calls + SHARE_OF_CALLS);
  }

  /** False when the budget is spent. */
  spend(): boolean {
    if (this.#calls < 1) return false;
    this.#calls -= 1;
    return true;
  }
}
