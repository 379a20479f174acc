import type { Stop } from '../core/router/stream-end.ts';

/**
 * Stops a call when a limit has passed or when its caller aborts it, and remembers why. Unlike the
 * HTTP handler's options, an abort also limits the reading of the response's body.
 */
export class CallStop {
  readonly #controller = new AbortController();
  readonly #callersSignal: AbortSignal | undefined;
  readonly #answerTimer: NodeJS.Timeout;
  #timer: NodeJS.Timeout | undefined;
  #why: Stop | undefined;

  /** @param answerMs the limit for the whole call */
  constructor(answerMs: number, callersSignal?: AbortSignal) {
    this.#answerTimer = setTimeout(() => this.#stop('answer-time'), answerMs);
    this.#callersSignal = callersSignal;
    callersSignal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  /** The reason of the stop, or `undefined` while the call may go on. */
  get why(): Stop | undefined {
    return this.#why;
  }

  /** Aborts the call's request. */
  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** Stops the call in `ms`, unless this method is called again before. */
  limit(stop: Stop, ms: number): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#stop(stop), ms);
  }

  /**
   * Settles like `work`, or with `undefined` as soon as the call is stopped. What `work` does after
   * that is ignored, because an abort surfaces as one of several errors or as a plain end of a
   * stream.
   */
  orStop<Result>(work: Promise<Result>): Promise<Result | undefined> {
    return new Promise((resolve, reject) => {
      const onStop = () => resolve(undefined);
      if (this.#why) onStop();
      this.signal.addEventListener('abort', onStop, { once: true });
      work.then(resolve, reject).finally(() => this.signal.removeEventListener('abort', onStop));
    });
  }

  /**
   * Ends the call: clears its timers, and closes its connection if the response was not read to its
   * end. A connection that has been read to its end stays open for other calls.
   */
  release(): void {
    clearTimeout(this.#answerTimer);
    clearTimeout(this.#timer);
    this.#callersSignal?.removeEventListener('abort', this.#onAbort);
    this.#controller.abort();
  }

  readonly #onAbort = () => this.#stop('aborted');

  #stop(why: Stop): void {
    this.#why ??= why;
    this.#controller.abort();
  }
}
