import type { Settings } from '../../contract/policy.ts';
import type { CircuitGate, Outcome, Permit } from '../breaker/admission.ts';
import type { Clock, Random } from '../clock.ts';
import { answerFrom, readAnswer } from './answer.ts';
import { backOffMs, type RetryTime } from './back-off.ts';
import type { CallRecorder } from './call-recorder.ts';
import { timeForACallMs } from './call-time.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import { circuitOutcome } from './circuit-outcome.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import { type End, endWithoutAnswer, REFUSED } from './ending.ts';
import type { ModelAnswer, ModelClient, ModelFailure, ModelResult } from './model-client.ts';
import { PromptSize } from './prompt-size.ts';
import type { RegionWatch } from './region-watch.ts';
import type { RetryBudget } from './retry-budget.ts';
import type { RunRequest } from './run-request.ts';
import type { Attempt, RunResult, SkipReason } from './run-result.ts';
import { type Reduction, shapeRequest } from './shape.ts';

export interface RunParts {
  readonly circuits: CircuitGate;
  readonly models: ModelClient;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly recorder: CallRecorder;
  readonly regions: RegionWatch;
  readonly retries: RetryBudget;
  readonly disabledTargets: DisabledTargets;
}

/** Share of the call timeout that counting a prompt's tokens may take: half of a call's margin. */
const COUNT_SHARE = 0.05;

/** One run: visits each target in turn until one of them ends it. */
export class Run {
  readonly #parts: RunParts;
  readonly #settings: Settings;
  readonly #request: RunRequest;
  readonly #prompt: PromptSize;
  readonly #attempts: Attempt[] = [];
  /** When the targets that did not serve may be tried again. */
  readonly #retryTimes: RetryTime[] = [];
  #unusableAnswers = 0;

  constructor(parts: RunParts, settings: Settings, request: RunRequest) {
    this.#parts = parts;
    this.#settings = settings;
    this.#request = request;
    this.#prompt = new PromptSize(parts.models, request.conversation);
  }

  async run(): Promise<RunResult> {
    for (const candidate of candidatesFor(this.#settings, this.#request, this.#parts.random)) {
      const end = await this.#visit(candidate);
      if (end) return { ...end, attempts: this.#attempts };
    }
    const end = endWithoutAnswer({
      attempts: this.#attempts,
      retryTimes: this.#retryTimes,
      hasUnusableAnswers: this.#unusableAnswers > 0,
      whenOpen: this.#request.whenOpen,
      backOff: () => this.#backOff(),
    });
    return { ...end, attempts: this.#attempts };
  }

  /** Nothing when the next target is to be tried. */
  async #visit(candidate: Candidate): Promise<End | undefined> {
    const { circuits, clock, disabledTargets, regions } = this.#parts;
    const { conversation, jobId } = this.#request;

    const isTooLong = !shapeRequest(candidate, conversation, jobId).fits;
    if (isTooLong && !this.#prompt.isClose(candidate)) return this.#skip(candidate, 'too-long');
    const tooLate = this.#tooLateForACall();
    if (tooLate) return tooLate;
    const inference = await regions.inference(candidate.target);
    if (inference) return this.#skip(candidate, 'region-unhealthy', inference.untilMs);
    const availability = await disabledTargets.availability(candidate.key);
    if (!availability.available) return this.#skip(candidate, 'disabled', availability.untilMs);

    const admission = await circuits.admit(candidate.key, jobId);
    if (!admission.admitted) {
      regions.noteFailure();
      return this.#skip(candidate, admission.reason, clock.now() + admission.retryAfterMs);
    }
    const call = await this.#call(candidate, admission.permit);
    if ('result' in call) return this.#read(candidate, call.reducedBy, call.result);
    return call.notMade === 'too-long'
      ? this.#skip(candidate, call.notMade)
      : { outcome: call.notMade };
  }

  #skip({ key, tier }: Candidate, reason: SkipReason, retryAtMs?: number): undefined {
    this.#attempts.push({ target: key, tier: tier.name, outcome: 'skipped', reason, ms: 0 });
    if (retryAtMs !== undefined) this.#retryTimes.push({ retryAtMs: retryAtMs, isJittered: false });
  }

  /**
   * A call that cannot have its full time is not made: cut short it would tell nothing of the target
   * and may be billed. A job whose deadline leaves no room for it just waits for the deadline.
   */
  #tooLateForACall(): End | undefined {
    const { deadlineAtMs, functionEndsAtMs } = this.#request;
    const callEndsMs = this.#parts.clock.now() + timeForACallMs(this.#settings.breaker);
    if (callEndsMs > deadlineAtMs) {
      return { outcome: 'deferred', retryAtMs: deadlineAtMs, isJittered: true };
    }
    return callEndsMs > functionEndsAtMs ? { outcome: 'out-of-time' } : undefined;
  }

  /** Settles the permit whatever comes of the call, or of the leave to make it. */
  async #call(candidate: Candidate, permit: Permit): Promise<Call> {
    const { models, recorder, retries } = this.#parts;
    const { conversation, jobId, beforeCall, signal } = this.#request;
    const timeoutMs = this.#settings.breaker.callTimeoutSeconds * 1000;
    let outcome: Outcome = { kind: 'ignored' };
    try {
      const leave = await beforeCall();
      if (leave !== 'go') return { notMade: leave };
      const tokens = await this.#prompt.tokens(candidate, timeoutMs * COUNT_SHARE, signal);
      const shaped = shapeRequest(candidate, conversation, jobId, tokens);
      if (!shaped.fits) return { notMade: 'too-long' };
      retries.earn();
      const result = await models.converse(shaped.request, timeoutMs, signal);
      recorder.record(candidate, jobId, result, permit.stage);
      outcome = circuitOutcome(result);
      return { result, reducedBy: shaped.reducedBy };
    } finally {
      await permit.settle(outcome);
    }
  }

  async #read(
    candidate: Candidate,
    reducedBy: readonly Reduction[],
    result: ModelResult,
  ): Promise<End | undefined> {
    switch (result.outcome) {
      case 'answer':
        await this.#enable(candidate.key);
        return this.#answered(candidate, reducedBy, result.answer, result.elapsedMs);
      case 'failure':
        return this.#failed(candidate, result.failure, result.elapsedMs);
      case 'aborted':
        this.#tried(candidate, 'aborted', result.elapsedMs);
        return { outcome: 'out-of-time' };
      default:
        return result satisfies never;
    }
  }

  /** A target that comes back is not trusted with its full share at once. */
  async #enable(key: string): Promise<void> {
    const { circuits, clock, disabledTargets } = this.#parts;
    if (await disabledTargets.succeeded(key)) await circuits.restart?.(key, clock.now());
  }

  #answered(
    candidate: Candidate,
    reducedBy: readonly Reduction[],
    answer: ModelAnswer,
    elapsedMs: number,
  ): End | undefined {
    const reading = readAnswer(answer);
    if (reading.usable) {
      this.#tried(candidate, 'answered', elapsedMs);
      const served = answerFrom(candidate, answer, reading.truncated, reducedBy);
      return { outcome: 'answered', answer: served };
    }
    this.#tried(candidate, 'unusable', elapsedMs, reading.reason);
    this.#unusableAnswers += 1;
    const once = this.#unusableAnswers === 1 && this.#parts.retries.spend();
    return once ? undefined : { outcome: 'refused', error: REFUSED.unusable };
  }

  async #failed(
    candidate: Candidate,
    { kind, name, retryAfterMs, tooLong }: ModelFailure,
    elapsedMs: number,
  ): Promise<End | undefined> {
    const { clock, disabledTargets, regions } = this.#parts;
    this.#tried(candidate, kind, elapsedMs, tooLong ? 'too-long' : name);
    if (kind === 'job') return tooLong ? undefined : { outcome: 'refused', error: REFUSED.invalid };

    if (kind === 'config') await disabledTargets.failed(candidate.key, this.#request.jobId, name);
    else regions.noteFailure();
    const backOff = this.#backOff();
    const hintedMs = clock.now() + (retryAfterMs ?? 0);
    this.#retryTimes.push(
      hintedMs > backOff.retryAtMs ? { retryAtMs: hintedMs, isJittered: false } : backOff,
    );
    return undefined;
  }

  #tried({ key, tier }: Candidate, outcome: CallOutcome, ms: number, reason?: string): void {
    this.#attempts.push({ target: key, tier: tier.name, outcome, ...(reason && { reason }), ms });
  }

  #backOff(): RetryTime {
    const { clock, random } = this.#parts;
    const waitMs = backOffMs(this.#settings, this.#request.deferrals ?? 0, random);
    return { retryAtMs: clock.now() + waitMs, isJittered: true };
  }
}

type Call =
  | { readonly result: ModelResult; readonly reducedBy: readonly Reduction[] }
  /** The job was taken away before it, or its prompt turned out too long. */
  | { readonly notMade: 'cancelled' | 'lost' | 'too-long' };

type CallOutcome = Exclude<Attempt['outcome'], 'skipped'>;
