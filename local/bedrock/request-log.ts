import type { ModelCall } from './model-call.ts';

/** A request as the fake received it. */
export interface LoggedRequest extends ModelCall {
  readonly jobId?: string;
  /** The body, which holds the prompt. */
  readonly body: string;
}

const MOST_REQUESTS = 50;
const MOST_CHARACTERS = 50_000_000;

/**
 * The bodies of the latest requests. They hold prompts: they stay in memory, and only the fake's owner
 * and its fault control can read them.
 */
export class RequestLog {
  #requests: LoggedRequest[] = [];

  add(request: LoggedRequest): void {
    this.#requests.push(request);
    while (this.#requests.length > MOST_REQUESTS || this.#characters() > MOST_CHARACTERS) {
      this.#requests.shift();
    }
  }

  /** Returns the latest requests, or those of one job, in the order in which they came. */
  list(jobId?: string): readonly LoggedRequest[] {
    return this.#requests.filter((each) => jobId === undefined || each.jobId === jobId);
  }

  reset(): void {
    this.#requests = [];
  }

  #characters(): number {
    return this.#requests.reduce((sum, { body }) => sum + body.length, 0);
  }
}
