import type { Need } from '../../contract/capabilities.ts';
import { lacksOf, needsOf } from '../../contract/needs.ts';
import type { Guardrails } from '../../contract/policy.ts';
import type { Candidate } from './candidates.ts';
import type { ModelFailure } from './model-client.ts';
import type { RunRequest } from './run-request.ts';
import {
  REFUSED,
  type RefusedTarget,
  type RunEnd,
  refusedEnd,
  type SkipReason,
  unsupported,
} from './run-result.ts';

/**
 * The targets that cannot serve a job, however healthy they are: each lacks what the job needs, has
 * refused the job, or has a model whose window is too small for the prompt. A refusal holds for all
 * later runs of the job.
 */
export class UnfitTargets {
  readonly #candidates: readonly Candidate[];
  /** The needs that each target lacks, if any. */
  readonly #lacks: Map<string, readonly Need[]>;
  readonly #refused = new Set<string>();
  readonly #tooLong = new Set<string>();
  readonly #refusals: RefusedTarget[] = [];
  /** What the models said in this run: about the prompt's length, and about anything else. */
  #lengthDetail: string | undefined;
  #detail: string | undefined;

  constructor(
    candidates: readonly Candidate[],
    request: Pick<RunRequest, 'conversation' | 'refusedTargets'>,
    guardrails: Guardrails,
  ) {
    const { conversation, refusedTargets: earlier = [] } = request;
    const needs = needsOf(conversation);
    this.#candidates = candidates;
    this.#lacks = new Map(
      candidates.map(({ key, target }) => [key, lacksOf(target, needs, guardrails)]),
    );
    for (const each of earlier) this.#note(each);
  }

  /** The refusals of this run. */
  get refusals(): readonly RefusedTarget[] {
    return this.#refusals;
  }

  /** Returns the reason to skip a target that is known to be unfit before the prompt is measured. */
  skipReason(key: string): SkipReason | undefined {
    const [lacking] = this.#lacks.get(key) ?? [];
    if (lacking) return `unsupported:${lacking}`;
    return this.#refused.has(key) ? 'refused' : undefined;
  }

  /** Records a target that was not called, because the prompt does not fit its window. */
  addTooLong(key: string): void {
    this.#tooLong.add(key);
  }

  addRefusal({ key }: Candidate, { tooLong, lacksGuardrail, detail }: ModelFailure): void {
    const refusal = { target: key, ...(tooLong && { tooLong }) };
    this.#note(refusal);
    this.#refusals.push(refusal);
    if (lacksGuardrail) this.#lacks.set(key, ['guardrail']);
    if (tooLong) this.#lengthDetail = detail;
    else this.#detail = detail;
  }

  /**
   * True if the refusal holds for the job, and not only for the target: the target is in the first
   * tier that meets the job's needs and options. The targets of that tier were chosen for jobs like
   * this one, so what they refuse is not valid.
   */
  isFinal({ tier }: Candidate, { tooLong, lacksGuardrail }: ModelFailure): boolean {
    if (tooLong || lacksGuardrail) return false;
    const isFit = (key: string) => !this.#tooLong.has(key) && !this.#isLacking(key);
    return this.#candidates.find(({ key }) => isFit(key))?.tier === tier;
  }

  /** Returns the end of a job that none of its targets can serve; `undefined` if one may serve it. */
  endIfNoneFits(): RunEnd | undefined {
    const keys = this.#candidates.map(({ key }) => key);
    if (keys.length === 0) return undefined;
    if (keys.every((key) => this.#tooLong.has(key))) {
      return refusedEnd(REFUSED.tooLong, this.#lengthDetail);
    }
    const isUnfit = (key: string) =>
      this.#refused.has(key) || this.#tooLong.has(key) || this.#isLacking(key);
    if (!keys.every(isUnfit)) return undefined;
    const hasRefused = keys.some((key) => this.#refused.has(key) && !this.#tooLong.has(key));
    if (hasRefused) return refusedEnd(REFUSED.invalid, this.#detail);
    const missing = new Set(keys.flatMap((key) => this.#lacks.get(key) ?? []));
    return refusedEnd(unsupported([...missing]));
  }

  #isLacking(key: string): boolean {
    return (this.#lacks.get(key) ?? []).length > 0;
  }

  #note({ target, tooLong }: RefusedTarget): void {
    this.#refused.add(target);
    if (tooLong) this.#tooLong.add(target);
  }
}
