import type { CallLimits, CallWatch } from '../../lambda/core/router/model-client.ts';

/** Returns the limits of a stream, in milliseconds. They are too long to pass in a test. */
export function callLimits(limits: Partial<CallLimits> = {}): CallLimits {
  return { isStreamed: true, firstTokenMs: 5000, stallMs: 5000, answerMs: 5000, ...limits };
}

/** A watch that notes the times of the tokens. */
export class RecordingWatch implements CallWatch {
  readonly tokensMs: number[] = [];
  readonly #controller = new AbortController();
  readonly signal = this.#controller.signal;

  onToken(elapsedMs: number): void {
    this.tokensMs.push(elapsedMs);
  }

  abort(): void {
    this.#controller.abort();
  }
}
