import type { AttemptOutcome } from '../../contract/words.ts';
import { BUCKETS_PER_WINDOW } from '../breaker/circuit-store.ts';
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

/** A failed call that has not been recorded yet. */
export interface FailedCall {
  readonly target: string;
  readonly outcome: AttemptOutcome;
  /** The time at which the target last answered another job within its window. */
  readonly servedAtMs?: number;
}

/**
 * The attempts of one job and its budget of failed calls. A failed call is charged to the job if its
 * target served other jobs in the same window: they got an answer, and this job did not. While no
 * target serves anybody, nothing is charged, so an outage spends no budget. A job that calls a target
 * again is charged only if the target has served others since its last call there. Otherwise the
 * answers from before an outage would be held against it again and again.
 *
 * If a model that serves others cannot process this job, the job itself is the cause. Then its other
 * calls of that kind in this run are charged, and those of earlier runs within the window, also those
 * to targets that served nobody: the lower tiers of a healthy chain seldom serve anybody.
 */
export class Charges {
  readonly #limit: number;
  readonly #windowMs: number;
  readonly #earlier: Attempt[];
  readonly #run: Attempt[] = [];
  #total: number;
  #chargedEarlier = 0;

  constructor(
    limits: { readonly failedCalls: number; readonly windowSeconds: number },
    job: { readonly attempts: readonly Attempt[]; readonly failedCalls: number },
  ) {
    this.#limit = limits.failedCalls;
    this.#windowMs = limits.windowSeconds * 1000;
    this.#earlier = [...job.attempts];
    this.#total = job.failedCalls;
  }

  /** The attempts of this run so far. */
  get attempts(): readonly Attempt[] {
    return this.#run;
  }

  /** The number of earlier runs' attempts that this run has charged. */
  get chargedEarlier(): number {
    return this.#chargedEarlier;
  }

  /** True if the job may make no more calls. */
  get isSpent(): boolean {
    return this.#total >= this.#limit;
  }

  /** A call that may fail because of its own job says too little about a target that recovers. */
  get mayProbe(): boolean {
    return this.#total === 0 && new Set(this.#unprocessed().map(({ target }) => target)).size < 2;
  }

  /**
   * True if another target could not process this job either. Then the failure must not count on
   * the circuit: otherwise a few such jobs would open every circuit of the chain. In an outage, the
   * failures of other jobs, each on its first target, still open the circuits.
   */
  isOwnDoing(key: string, outcome: AttemptOutcome): boolean {
    return (
      NOT_PROCESSED.includes(outcome) && this.#unprocessed().some(({ target }) => target !== key)
    );
  }

  /** Decides whether the failed call is charged to the job. */
  charges({ target, outcome, servedAtMs }: FailedCall): boolean {
    if (!isChargeable(outcome)) return false;
    if (servedAtMs !== undefined && this.#hasServedSince(target, servedAtMs)) return true;
    return NOT_PROCESSED.includes(outcome) && unprocessed(this.#run).some(({ charged }) => charged);
  }

  /** `servedAtMs` is the end of a bucket of the window, so it may be late by a bucket. */
  #hasServedSince(target: string, servedAtMs: number): boolean {
    const earlier = [...this.#earlier, ...this.#run].filter(
      (attempt) => attempt.target === target && isChargeable(attempt.outcome),
    );
    const bucketMs = this.#windowMs / BUCKETS_PER_WINDOW;
    return earlier.every(({ at, ms }) => at + ms < servedAtMs - bucketMs);
  }

  add(attempt: Attempt): void {
    this.#run.push(attempt);
    if (!attempt.charged) return;
    this.#total += 1;
    if (NOT_PROCESSED.includes(attempt.outcome)) this.#chargeUnprocessed(attempt.at);
  }

  #chargeUnprocessed(atMs: number): void {
    const charged = (list: Attempt[]): number => {
      const sinceMs = atMs - this.#windowMs;
      const due = unprocessed(list).filter(({ charged, at }) => !charged && at >= sinceMs);
      for (const attempt of due) list[list.indexOf(attempt)] = { ...attempt, charged: true };
      this.#total += due.length;
      return due.length;
    };
    this.#chargedEarlier += charged(this.#earlier);
    charged(this.#run);
  }

  #unprocessed(): readonly Attempt[] {
    return unprocessed([...this.#earlier, ...this.#run]);
  }
}

/** The attempts at targets that could not process the job. */
function unprocessed(attempts: readonly Attempt[]): readonly Attempt[] {
  return attempts.filter(({ outcome }) => NOT_PROCESSED.includes(outcome));
}

/** Charges the latest attempts that could not process the job and are not charged yet. */
export function withCharged(attempts: readonly Attempt[], count: number): readonly Attempt[] {
  let left = count;
  return attempts
    .toReversed()
    .map((attempt) => {
      const isDue = NOT_PROCESSED.includes(attempt.outcome) && !attempt.charged && left > 0;
      if (!isDue) return attempt;
      left -= 1;
      return { ...attempt, charged: true as const };
    })
    .toReversed();
}
