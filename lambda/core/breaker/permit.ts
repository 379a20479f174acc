import type { Outcome, Permit } from './admission.ts';

type Report = (outcome: Outcome) => void | Promise<void>;

/** A permit that reports its first outcome and ignores every later one. */
export class CallPermit implements Permit {
  readonly key: string;
  readonly stage: number | undefined;
  #report: Report | undefined;

  constructor(key: string, report?: Report, stage?: number) {
    this.key = key;
    this.stage = stage;
    this.#report = report;
  }

  settle(outcome: Outcome): void | Promise<void> {
    const report = this.#report;
    this.#report = undefined;
    return report?.(outcome);
  }
}
