import type { Outcome, Permit } from './admission.ts';
import type { Classification } from './classify.ts';
import type { Tally } from './tally.ts';
import type { WindowWriter } from './window-writer.ts';

/**
 * The way of all calls of a closed circuit, one per epoch. Its handlers go on a call's promise, so
 * that a call makes nothing but its own promise.
 */
export class Passage {
  readonly #window: WindowWriter;
  readonly #tally: Tally;
  readonly #classify: (error: unknown) => Classification;

  constructor(window: WindowWriter, tally: Tally, classify: (error: unknown) => Classification) {
    this.#window = window;
    this.#tally = tally;
    this.#classify = classify;
  }

  readonly succeeded = <Result>(result: Result): Result => {
    this.#window.succeed(this.#tally);
    return result;
  };

  readonly failed = async (error: unknown): Promise<never> => {
    await this.settle(undefined, outcomeOf(this.#classify(error), 0));
    throw error;
  };

  permit(key: string, subject: string | undefined): Permit {
    return new TalliedPermit(key, this, subject);
  }

  settle(subject: string | undefined, outcome: Outcome): void | Promise<void> {
    return this.#window.settle(this.#tally, subject, outcome);
  }
}

export function outcomeOf(what: Classification, elapsedMs: number): Outcome {
  if (what === 'ignored') return { kind: 'ignored' };
  const told = typeof what === 'string' ? { failure: what } : what;
  return { kind: 'failure', elapsedMs, ...told };
}

/** A call whose outcome is told instead of thrown. */
class TalliedPermit implements Permit {
  readonly key: string;
  readonly #subject: string | undefined;
  #passage: Passage | undefined;

  constructor(key: string, passage: Passage, subject: string | undefined) {
    this.key = key;
    this.#passage = passage;
    this.#subject = subject;
  }

  settle(outcome: Outcome): void | Promise<void> {
    const passage = this.#passage;
    this.#passage = undefined;
    return passage?.settle(this.#subject, outcome);
  }
}
