import type { Outcome, Permit } from './admission.ts';
import type { Tally } from './tally.ts';
import type { WindowWriter } from './window-writer.ts';

/** A call of a closed circuit: its outcome is counted. */
export class TalliedPermit implements Permit {
  readonly key: string;
  readonly #window: WindowWriter;
  readonly #subject: string | undefined;
  #tally: Tally | undefined;

  constructor(key: string, window: WindowWriter, tally: Tally, subject: string | undefined) {
    this.key = key;
    this.#window = window;
    this.#tally = tally;
    this.#subject = subject;
  }

  settle(outcome: Outcome): void | Promise<void> {
    const tally = this.#tally;
    this.#tally = undefined;
    if (tally) return this.#window.settle(tally, this.#subject, outcome);
  }
}

/** A call of a recovery stage: its outcome decides, at once. */
export class LeasePermit implements Permit {
  readonly key: string;
  #decide: ((outcome: Outcome) => Promise<void>) | undefined;

  constructor(key: string, decide: (outcome: Outcome) => Promise<void>) {
    this.key = key;
    this.#decide = decide;
  }

  settle(outcome: Outcome): void | Promise<void> {
    const decide = this.#decide;
    this.#decide = undefined;
    return decide?.(outcome);
  }
}

/** A call under `force-closed`: nothing is recorded. */
export function unrecordedPermit(key: string): Permit {
  return { key, settle: () => undefined };
}
