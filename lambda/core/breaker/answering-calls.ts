/** A call whose first token has arrived and that is not settled yet. */
export interface AnsweringCall {
  /** The time of the first token, by this worker's clock. */
  readonly sinceMs: number;
  /** The time that the first token took. */
  readonly firstTokenMs: number;
}

/** The calls of one epoch that this worker has counted as successes while their answers go on. */
export class AnsweringCalls {
  readonly #calls = new Set<AnsweringCall>();

  add(call: AnsweringCall): void {
    this.#calls.add(call);
  }

  remove(call: AnsweringCall): void {
    this.#calls.delete(call);
  }

  /** Returns the number of calls whose first token arrived within the window. */
  within(windowMs: number, nowMs: number): number {
    return [...this.#calls].filter(({ sinceMs }) => nowMs - sinceMs < windowMs).length;
  }
}
