import type { CircuitGate } from '../breaker/admission.ts';
import type { Clock } from '../clock.ts';
import { answerFrom } from './answer.ts';
import { attemptOf, type Evidence } from './call-attempt.ts';
import type { Candidate } from './candidates.ts';
import type { Charges } from './charges.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import type { FinishedCall } from './finished-call.ts';
import type { ModelAnswer, ModelFailure } from './model-client.ts';
import type { RegionWatch } from './region-watch.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RunRequest } from './run-request.ts';
import { REFUSED, type RunEnd, refusedEnd, type UnservedTarget } from './run-result.ts';
import type { UnfitTargets } from './unfit-targets.ts';

export interface CallResultsParts {
  readonly circuits: Pick<CircuitGate, 'restart'>;
  readonly regions: Pick<RegionWatch, 'noteFailure'>;
  readonly disabledTargets: Pick<DisabledTargets, 'succeeded' | 'failed'>;
  readonly retries: RetryBudget;
  readonly clock: Pick<Clock, 'now'>;
}

/** What a run has found out about its targets so far. The results of its calls add to it. */
export interface RunFindings {
  readonly charges: Charges;
  readonly unfit: UnfitTargets;
  readonly unserved: UnservedTarget[];
}

/** Reads the results of a run's calls: each ends the run, or lets it go on to the next target. */
export class CallResults {
  readonly #parts: CallResultsParts;
  readonly #request: RunRequest;
  readonly #findings: RunFindings;
  #unusableAnswers = 0;

  constructor(parts: CallResultsParts, request: RunRequest, findings: RunFindings) {
    this.#parts = parts;
    this.#request = request;
    this.#findings = findings;
  }

  get hasUnusableAnswer(): boolean {
    return this.#unusableAnswers > 0;
  }

  /** Returns the end of the run, or `undefined` if it goes on to the next target. */
  async read(
    candidate: Candidate,
    call: FinishedCall,
    evidence: Evidence,
  ): Promise<RunEnd | undefined> {
    const { result, loss } = call;
    switch (result.outcome) {
      case 'aborted':
        this.#findings.charges.add(attemptOf(candidate, 'aborted', call, evidence));
        return { outcome: loss ?? 'lost' };
      case 'failure':
        return this.#failed(candidate, result.failure, call, evidence);
      case 'answer':
        await this.#enable(candidate.key);
        return this.#answered(candidate, result.answer, call, evidence);
      default:
        return result satisfies never;
    }
  }

  /** Restarts the circuit of a target that was disabled, so that its share of the traffic grows in stages. */
  async #enable(key: string): Promise<void> {
    const { circuits, clock, disabledTargets } = this.#parts;
    const wasDisabled = await disabledTargets.succeeded(key);
    if (wasDisabled) await circuits.restart(key, clock.now());
  }

  #answered(
    candidate: Candidate,
    answer: ModelAnswer,
    call: FinishedCall,
    evidence: Evidence,
  ): RunEnd | undefined {
    const { reading } = call;
    if (!reading || reading.usable) {
      this.#findings.charges.add(attemptOf(candidate, 'answered', call, evidence));
      const served = answerFrom(candidate, answer, reading?.truncated ?? false, call);
      return { outcome: 'answered', answer: served };
    }
    this.#findings.charges.add(attemptOf(candidate, 'unusable', call, evidence, reading.reason));
    if (reading.reason === 'cut') return refusedEnd(REFUSED.timeLimit);
    if (this.#findings.charges.isSpent) return { outcome: 'no-answer' };
    this.#unusableAnswers += 1;
    const mayRetry = this.#unusableAnswers === 1 && this.#parts.retries.spend();
    return mayRetry ? undefined : refusedEnd(REFUSED.unusable);
  }

  async #failed(
    candidate: Candidate,
    failure: ModelFailure,
    call: FinishedCall,
    evidence: Evidence,
  ): Promise<RunEnd | undefined> {
    const { clock, disabledTargets, regions } = this.#parts;
    const { kind, name, retryAfterMs, tooLong } = failure;
    this.#findings.charges.add(
      attemptOf(candidate, kind, call, evidence, tooLong ? 'too-long' : name),
    );
    if (kind === 'job') return this.#refused(candidate, failure, call);

    if (kind === 'config') {
      const { jobId } = this.#request;
      const { servedAtMs } = evidence;
      await disabledTargets.failed(candidate.key, { jobId, reason: name, servedAtMs });
    } else regions.noteFailure();
    this.#findings.unserved.push({ outcome: 'failed', atMs: clock.now(), retryAfterMs });
    if (call.loss) return { outcome: call.loss };
    return this.#findings.charges.isSpent ? { outcome: 'no-answer' } : undefined;
  }

  /** Ends the job, or goes on without the target: a lower tier may lack what the first one has. */
  #refused(
    candidate: Candidate,
    failure: ModelFailure,
    { loss }: FinishedCall,
  ): RunEnd | undefined {
    if (this.#findings.unfit.isFinal(candidate, failure)) {
      return refusedEnd(REFUSED.invalid, failure.detail);
    }
    this.#findings.unfit.addRefusal(candidate, failure);
    return loss && { outcome: loss };
  }
}
