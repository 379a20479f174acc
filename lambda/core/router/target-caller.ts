import type { Settings } from '../../contract/policy.ts';
import { countTokensMs } from '../../contract/time-budget.ts';
import type { AttemptOutcome } from '../../contract/words.ts';
import type { QuotaHold } from '../admission/quota-hold.ts';
import type { QuotaGate } from '../admission/quotas.ts';
import type { Outcome, Permit } from '../breaker/permit.ts';
import type { Clock } from '../clock.ts';
import { isUnusable, readAnswer } from './answer.ts';
import { callLimits, leaseMsOf } from './call-limits.ts';
import { CallQuota, type QuotaWait } from './call-quota.ts';
import type { CallRecorder } from './call-recorder.ts';
import type { Candidate } from './candidates.ts';
import { circuitOutcome } from './circuit-outcome.ts';
import type { FinishedCall, Reading } from './finished-call.ts';
import { withGuardrail } from './guardrail.ts';
import type { CallLimits, ModelClient, ModelRequest, ModelResult } from './model-client.ts';
import { PromptSize } from './prompt-size.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { LeaseLoss, RunRequest } from './run-request.ts';
import { fitsWindow, shapeRequest } from './shape.ts';

export interface TargetCallerParts {
  readonly models: ModelClient;
  readonly recorder: CallRecorder;
  readonly retries: RetryBudget;
  readonly quotas: QuotaGate;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
}

export type TargetCall =
  | FinishedCall
  /** The job was cancelled or lost before the call, or a token count found its prompt too long. */
  | { readonly notMade: LeaseLoss | 'too-long' }
  | QuotaWait;

/**
 * Judges a failed call before its circuit hears of it, because the failure may open the circuit and
 * so end its window. Returns true to keep the failure from the circuit.
 */
export type JudgeFailure = (outcome: AttemptOutcome) => Promise<boolean>;

/** Calls the targets of one run with the job's request, adapted to each of them. */
export class TargetCaller {
  readonly #parts: TargetCallerParts;
  readonly #settings: Settings;
  readonly #request: RunRequest;
  readonly #prompt: PromptSize;
  readonly #quota: CallQuota;

  constructor(parts: TargetCallerParts, settings: Settings, request: RunRequest) {
    this.#parts = parts;
    this.#settings = settings;
    this.#request = request;
    this.#prompt = new PromptSize(parts.models, request.conversation);
    this.#quota = new CallQuota(parts, settings, request);
  }

  /** Returns false if the prompt certainly does not fit the target's window. */
  mayFit(candidate: Candidate): boolean {
    const estimate = this.#prompt.estimate(candidate.tier);
    const fits = fitsWindow(candidate, this.#request.conversation, estimate);
    return fits || this.#prompt.isClose(candidate);
  }

  /** Returns the length of the lease that a recovery permit for this target needs. */
  permitLeaseMs(candidate: Candidate): number {
    return leaseMsOf(this.#limits(candidate, this.#prompt.estimate(candidate.tier)));
  }

  /** Calls the target once. Settles the permit even if the call fails or is not made. */
  async call(
    candidate: Candidate,
    permit: Permit,
    patienceMs: number,
    judge: JudgeFailure,
  ): Promise<TargetCall> {
    const { conversation, jobId } = this.#request;
    let outcome: Outcome = { kind: 'ignored' };
    try {
      const tokens = await this.#prompt.tokens(candidate, countTokensMs(this.#settings.jobs));
      const guarded = withGuardrail(conversation, candidate.target, this.#settings.guardrails);
      const shaped = shapeRequest(candidate, guarded, jobId, tokens);
      if (!shaped.fits) return { notMade: 'too-long' };
      const admission = await this.#quota.admit(candidate, shaped.request, tokens, patienceMs);
      if ('notMade' in admission) return admission;
      const made = await this.#made(candidate, shaped.request, tokens, permit, admission.hold);
      if ('notMade' in made) return made;
      const { result, loss } = made;
      const reading = result.outcome === 'answer' ? readAnswer(result.answer) : undefined;
      const failed = failureOf(result, reading);
      const isKept = failed !== undefined && (await judge(failed));
      if (!isKept) outcome = circuitOutcome(result, reading);
      const heldTokens = admission.hold?.holding.tokens;
      return { result, reading, reducedBy: shaped.reducedBy, loss, heldTokens };
    } finally {
      await permit.settle(outcome);
    }
  }

  /** Makes the call if the job is still ours, and settles its quota. */
  async #made(
    candidate: Candidate,
    request: ModelRequest,
    inputTokens: number,
    permit: Permit,
    hold: QuotaHold | undefined,
  ): Promise<Conversed | { readonly notMade: LeaseLoss }> {
    const { recorder, retries } = this.#parts;
    const { jobId, lease } = this.#request;
    const permission = await lease.renew();
    if (permission !== 'go') {
      await hold?.settle();
      return { notMade: permission };
    }
    retries.earn();
    const made = await this.#converse(request, this.#limits(candidate, inputTokens), permit);
    const isWithinQuota = hold !== undefined && !hold.holding.isOnlyCounted;
    recorder.record(candidate, jobId, made.result, { stage: permit.stage, isWithinQuota });
    this.#quota.settle(candidate, hold, made.result);
    return made;
  }

  /** Makes the call. Renews the job's lease meanwhile, and aborts the call if the lease is lost. */
  async #converse(request: ModelRequest, limits: CallLimits, permit: Permit): Promise<Conversed> {
    const ended = new AbortController();
    const abort = new AbortController();
    const held = this.#request.lease.hold(ended.signal).then((loss) => {
      if (loss) abort.abort();
      return loss;
    });
    const onToken = (elapsedMs: number) => void permit.token(elapsedMs);
    try {
      const watch = { onToken, signal: abort.signal };
      const result = await this.#parts.models.converse(request, limits, watch);
      ended.abort(CALL_ENDED);
      return { result, loss: await held };
    } finally {
      ended.abort(CALL_ENDED);
    }
  }

  #limits({ target }: Candidate, inputTokens: number): CallLimits {
    const { conversation, deadlineAtMs, functionEndsAtMs } = this.#request;
    const timeLeftMs = Math.min(deadlineAtMs, functionEndsAtMs) - this.#parts.clock.now();
    const hasTools = conversation.toolConfig !== undefined;
    return callLimits({ target, inputTokens, hasTools, timeLeftMs }, this.#settings);
  }
}

interface Conversed {
  readonly result: ModelResult;
  readonly loss?: LeaseLoss;
}

/** A reason of our own, because an abort without one creates an error with a stack. */
const CALL_ENDED = 'the call has ended';

/** Returns the kind of a call that failed or whose answer is of no use. */
function failureOf(result: ModelResult, reading?: Reading): AttemptOutcome | undefined {
  if (result.outcome === 'failure') return result.failure.kind;
  return isUnusable(reading) ? 'unusable' : undefined;
}
