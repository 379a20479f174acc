import type { AttemptOutcome } from '../../contract/words.ts';
import type { Attempt } from './run-result.ts';

/** A refusal for lack of capacity or quota is never the job's own doing. */
const CHARGEABLE: readonly AttemptOutcome[] = [
  'fault',
  'timeout',
  'model-error',
  'broken-stream',
  'unusable',
];

/** The outcomes that say that a model could not process this very request. */
const NOT_PROCESSED: readonly AttemptOutcome[] = ['model-error', 'unusable'];

/** True for an outcome that may be the job's own doing. */
export function isChargeable(outcome: AttemptOutcome): boolean {
  return CHARGEABLE.includes(outcome);
}

/**
 * The budget of failed calls of one job. A failed call is charged to the job if its target served
 * other jobs in the same window: they got an answer, and this job did not. While a target serves
 * nobody, nothing is charged, so an outage spends no budget.
 */
export class Charges {
  readonly #limit: number;
  #charged: number;

  constructor(limit: number, charged: number) {
    this.#limit = limit;
    this.#charged = charged;
  }

  get total(): number {
    return this.#charged;
  }

  /** True if the job may make no more calls. */
  get isSpent(): boolean {
    return this.#charged >= this.#limit;
  }

  /**
   * Charges a failed call if it may be the job's own doing. `servedAtMs` is the time at which the
   * target last answered another job within its window.
   */
  charge(outcome: AttemptOutcome, servedAtMs: number | undefined): boolean {
    if (!isChargeable(outcome) || servedAtMs === undefined) return false;
    this.#charged += 1;
    return true;
  }
}

/**
 * True if another target has failed to process this job too. Then the job is the cause, and the
 * failure must not count on the circuit: otherwise a few such jobs would open every circuit of the
 * chain. In an outage, the failures of other jobs, each on its first target, still open the circuits.
 */
export function isOwnDoing(
  key: string,
  outcome: AttemptOutcome,
  attempts: readonly Attempt[],
): boolean {
  return NOT_PROCESSED.includes(outcome) && notProcessedBy(attempts).some((each) => each !== key);
}

/** True if two targets have failed to process this job, so that it must not be a recovery probe. */
export function isSuspect(attempts: readonly Attempt[]): boolean {
  return new Set(notProcessedBy(attempts)).size > 1;
}

function notProcessedBy(attempts: readonly Attempt[]): readonly string[] {
  return attempts
    .filter(({ outcome }) => NOT_PROCESSED.includes(outcome))
    .map(({ target }) => target);
}
