import type { Clock } from '../../lambda/core/clock.ts';
import type { CallLimits } from '../../lambda/core/router/model-client.ts';
import type { Stop } from '../../lambda/core/router/stream-end.ts';

/** The time of one call, with its limits and its caller's signal. */
export class CallTimer {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #answerMs: number;
  readonly #signal: AbortSignal;
  /** The limit that applies now, besides the limit for the whole answer. */
  #limit: { readonly stop: Stop; readonly atMs: number } | undefined;

  constructor(clock: Clock, { answerMs }: Pick<CallLimits, 'answerMs'>, signal: AbortSignal) {
    this.#clock = clock;
    this.#startMs = clock.now();
    this.#answerMs = answerMs;
    this.#signal = signal;
  }

  /** Milliseconds since the start of the call. */
  get elapsedMs(): number {
    return this.#clock.now() - this.#startMs;
  }

  /** Stops the call in `ms`, unless this method is called again before. */
  limit(stop: Stop, ms: number): void {
    this.#limit = { stop, atMs: this.elapsedMs + ms };
  }

  /** Waits until the call has run for `ms`. Returns the reason if the call is stopped before. */
  async waitUntil(ms: number): Promise<Stop | undefined> {
    const { stop, atMs } = this.#firstLimit();
    await this.#clock.sleep(Math.min(ms, atMs) - this.elapsedMs, this.#signal);
    if (this.#signal.aborted) return 'aborted';
    return atMs < ms ? stop : undefined;
  }

  #firstLimit(): { readonly stop: Stop; readonly atMs: number } {
    const wholeAnswer = { stop: 'answer-time', atMs: this.#answerMs } as const;
    return this.#limit && this.#limit.atMs < wholeAnswer.atMs ? this.#limit : wholeAnswer;
  }
}
