import { type Settings, timeForACallMs } from '../../contract/policy.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { Clock, Random } from '../clock.ts';
import { answerFrom, readAnswer } from './answer.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import type { ModelAnswer, ModelFailure, ModelResult } from './model-client.ts';
import type { RegionWatch } from './region-watch.ts';
import type { RunRequest } from './run-request.ts';
import {
  type Attempt,
  REFUSED,
  type RunEnd,
  type RunResult,
  type SkipReason,
  type UnservedTarget,
} from './run-result.ts';
import type { Reduction } from './shape.ts';
import { TargetCaller, type TargetCallerParts } from './target-caller.ts';

export interface RunParts extends TargetCallerParts {
  readonly circuits: CircuitGate;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  readonly regions: RegionWatch;
  readonly disabledTargets: DisabledTargets;
}

/** One run of one job: tries the targets in turn until one of them ends the run. */
export class Run {
  readonly #parts: RunParts;
  readonly #settings: Settings;
  readonly #request: RunRequest;
  readonly #caller: TargetCaller;
  readonly #attempts: Attempt[] = [];
  readonly #unserved: UnservedTarget[] = [];
  #unusableAnswers = 0;

  constructor(parts: RunParts, settings: Settings, request: RunRequest) {
    this.#parts = parts;
    this.#settings = settings;
    this.#request = request;
    this.#caller = new TargetCaller(parts, settings, request);
  }

  async run(): Promise<RunResult> {
    for (const candidate of candidatesFor(this.#settings, this.#request, this.#parts.random)) {
      const end = await this.#try(candidate);
      if (end) return { ...end, attempts: this.#attempts };
    }
    return { ...this.#endWithoutAnswer(), attempts: this.#attempts };
  }

  /** Tries one target. Returns `undefined` if the run goes on to the next target. */
  async #try(candidate: Candidate): Promise<RunEnd | undefined> {
    const { circuits, clock, disabledTargets, regions } = this.#parts;

    if (!this.#caller.mayFit(candidate)) return this.#skip(candidate, 'too-long');
    const tooLate = this.#tooLateForACall();
    if (tooLate) return tooLate;
    const inference = await regions.inference(candidate.target);
    if (inference) return this.#skip(candidate, 'region-unhealthy', inference.untilMs);
    const availability = await disabledTargets.availability(candidate.key);
    if (!availability.available) return this.#skip(candidate, 'disabled', availability.untilMs);

    const admission = await circuits.admit(candidate.key, this.#request.jobId);
    if (!admission.admitted) {
      regions.noteFailure();
      return this.#skip(candidate, admission.reason, clock.now() + admission.retryAfterMs);
    }
    const call = await this.#caller.call(candidate, admission.permit);
    if ('result' in call) return this.#read(candidate, call.reducedBy, call.result);
    return call.notMade === 'too-long'
      ? this.#skip(candidate, call.notMade)
      : { outcome: call.notMade };
  }

  #skip({ key, tier }: Candidate, reason: SkipReason, untilMs?: number): undefined {
    this.#attempts.push({ target: key, tier: tier.name, outcome: 'skipped', reason, ms: 0 });
    if (untilMs !== undefined) this.#unserved.push({ outcome: 'skipped', untilMs });
  }

  /**
   * Ends the run if there is no time for a full call: a call that is cut short says nothing about
   * the target and may be billed.
   */
  #tooLateForACall(): RunEnd | undefined {
    const { deadlineAtMs, functionEndsAtMs } = this.#request;
    const callEndsMs = this.#parts.clock.now() + timeForACallMs(this.#settings.breaker);
    if (callEndsMs > deadlineAtMs) return { outcome: 'deferred', unserved: this.#unserved };
    return callEndsMs > functionEndsAtMs ? { outcome: 'out-of-time' } : undefined;
  }

  async #read(
    candidate: Candidate,
    reducedBy: readonly Reduction[],
    result: ModelResult,
  ): Promise<RunEnd | undefined> {
    if (result.outcome === 'failure') {
      return this.#failed(candidate, result.failure, result.elapsedMs);
    }
    await this.#enable(candidate.key);
    return this.#answered(candidate, reducedBy, result.answer, result.elapsedMs);
  }

  /** Restarts the circuit of a target that was disabled, so that its share of the traffic grows in stages. */
  async #enable(key: string): Promise<void> {
    const { circuits, clock, disabledTargets } = this.#parts;
    const wasDisabled = await disabledTargets.succeeded(key);
    if (wasDisabled) await circuits.restart(key, clock.now());
  }

  #answered(
    candidate: Candidate,
    reducedBy: readonly Reduction[],
    answer: ModelAnswer,
    elapsedMs: number,
  ): RunEnd | undefined {
    const reading = readAnswer(answer);
    if (reading.usable) {
      this.#addCall(candidate, 'answered', elapsedMs);
      const served = answerFrom(candidate, answer, reading.truncated, reducedBy);
      return { outcome: 'answered', answer: served };
    }
    this.#addCall(candidate, 'unusable', elapsedMs, reading.reason);
    this.#unusableAnswers += 1;
    const mayRetry = this.#unusableAnswers === 1 && this.#parts.retries.spend();
    return mayRetry ? undefined : { outcome: 'refused', error: REFUSED.unusable };
  }

  async #failed(
    candidate: Candidate,
    { kind, name, retryAfterMs, tooLong }: ModelFailure,
    elapsedMs: number,
  ): Promise<RunEnd | undefined> {
    const { clock, disabledTargets, regions } = this.#parts;
    this.#addCall(candidate, kind, elapsedMs, tooLong ? 'too-long' : name);
    if (kind === 'job') return tooLong ? undefined : { outcome: 'refused', error: REFUSED.invalid };

    if (kind === 'config') await disabledTargets.failed(candidate.key, this.#request.jobId, name);
    else regions.noteFailure();
    this.#unserved.push({ outcome: 'failed', atMs: clock.now(), retryAfterMs });
    return undefined;
  }

  #addCall({ key, tier }: Candidate, outcome: CallOutcome, ms: number, reason?: string): void {
    this.#attempts.push({ target: key, tier: tier.name, outcome, ...(reason && { reason }), ms });
  }

  /** Ends the run after the last target. A job that may wait never fails because of its targets. */
  #endWithoutAnswer(): RunEnd {
    if (this.#unusableAnswers > 0) return { outcome: 'refused', error: REFUSED.unusable };
    const attempts = this.#attempts;
    if (attempts.length > 0 && attempts.every(({ reason }) => reason === 'too-long')) {
      return { outcome: 'refused', error: REFUSED.tooLong };
    }
    const outcome = this.#request.whenOpen === 'fail' ? 'unavailable' : 'deferred';
    return { outcome, unserved: this.#unserved };
  }
}

type CallOutcome = Exclude<Attempt['outcome'], 'skipped'>;
