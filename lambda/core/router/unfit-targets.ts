import type { Candidate } from './candidates.ts';
import { REFUSED, type RefusedTarget, type RunEnd, refusedEnd } from './run-result.ts';

/**
 * The targets that cannot serve a job, however healthy they are: each has refused the job, or its
 * model's window is too small for the prompt. A refusal holds for all later runs of the job.
 */
export class UnfitTargets {
  readonly #candidates: readonly Candidate[];
  readonly #refused = new Set<string>();
  readonly #tooLong = new Set<string>();
  readonly #refusals: RefusedTarget[] = [];
  /** What the models said in this run: about the prompt's length, and about anything else. */
  #lengthDetail: string | undefined;
  #detail: string | undefined;

  constructor(candidates: readonly Candidate[], earlier: readonly RefusedTarget[] = []) {
    this.#candidates = candidates;
    for (const each of earlier) this.#note(each);
  }

  /** The refusals of this run. */
  get refusals(): readonly RefusedTarget[] {
    return this.#refusals;
  }

  hasRefused(key: string): boolean {
    return this.#refused.has(key);
  }

  /** Records a target that was not called, because the prompt does not fit its window. */
  addTooLong(key: string): void {
    this.#tooLong.add(key);
  }

  /** `detail` is what the model said. */
  addRefusal(refusal: RefusedTarget, detail: string | undefined): void {
    this.#note(refusal);
    this.#refusals.push(refusal);
    if (refusal.tooLong) this.#lengthDetail = detail;
    else this.#detail = detail;
  }

  /**
   * True if the target is in the first tier that meets the job's needs and options. The targets of
   * that tier were chosen for jobs like this one, so what they refuse is not valid.
   */
  isInFirstFitTier({ tier }: Candidate): boolean {
    return this.#candidates.find(({ key }) => !this.#tooLong.has(key))?.tier === tier;
  }

  /** Returns the end of a job that none of its targets can serve; `undefined` if one may serve it. */
  endIfNoneFits(): RunEnd | undefined {
    const keys = this.#candidates.map(({ key }) => key);
    if (keys.length === 0) return undefined;
    if (keys.every((key) => this.#tooLong.has(key))) {
      return refusedEnd(REFUSED.tooLong, this.#lengthDetail);
    }
    const isUnfit = (key: string) => this.#refused.has(key) || this.#tooLong.has(key);
    return keys.every(isUnfit) ? refusedEnd(REFUSED.invalid, this.#detail) : undefined;
  }

  #note({ target, tooLong }: RefusedTarget): void {
    this.#refused.add(target);
    if (tooLong) this.#tooLong.add(target);
  }
}
