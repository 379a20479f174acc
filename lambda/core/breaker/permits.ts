import type { Outcome, Permit } from './admission.ts';

/** A call of a recovery stage: its outcome decides, at once. */
export class LeasePermit implements Permit {
  readonly key: string;
  readonly stage: number;
  #decide: ((outcome: Outcome) => Promise<void>) | undefined;

  constructor(key: string, stage: number, decide: (outcome: Outcome) => Promise<void>) {
    this.key = key;
    this.stage = stage;
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
