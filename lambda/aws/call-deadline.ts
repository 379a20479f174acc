/**
 * Aborts a call at its timeout or on the caller's signal, whichever is first, and remembers which
 * it was. No option of the HTTP handler limits the whole call; an abort does, including the
 * answer's body.
 */
export class CallDeadline {
  readonly #controller = new AbortController();
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #cancel = () => this.#controller.abort();
  #passed = false;

  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#signal = signal;
    this.#timer = setTimeout(() => {
      this.#passed = !this.#controller.signal.aborted;
      this.#controller.abort();
    }, timeoutMs);
    if (signal?.aborted) this.#cancel();
    else signal?.addEventListener('abort', this.#cancel, { once: true });
  }

  /** True if the call had its full time; false if the caller's signal came first. */
  get passed(): boolean {
    return this.#passed;
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  clear(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#cancel);
  }
}
