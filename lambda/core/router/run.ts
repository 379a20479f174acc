import type { Settings } from '../../contract/policy.ts';
import { shortestCallMs, timeForACallMs } from '../../contract/time-budget.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import { answerFrom } from './answer.ts';
import { attemptOf, type Evidence } from './call-attempt.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import { Charges, isChargeable } from './charges.ts';
import type { DisabledTargets } from './disabled-targets.ts';
import type { ModelAnswer, ModelFailure } from './model-client.ts';
import { affinityOf } from './prompt-prefix.ts';
import type { RegionWatch } from './region-watch.ts';
import type { RunRequest } from './run-request.ts';
import {
  isUnfit,
  REFUSED,
  type RunEnd,
  type RunResult,
  refusedEnd,
  type SkipReason,
  type UnservedTarget,
} from './run-result.ts';
import { type FinishedCall, TargetCaller, type TargetCallerParts } from './target-caller.ts';
import { UnfitTargets } from './unfit-targets.ts';

export interface RunParts extends TargetCallerParts {
  readonly circuits: CircuitGate;
  readonly regions: RegionWatch;
  readonly disabledTargets: DisabledTargets;
}

/** One run of one job: tries the targets in turn until one of them ends the run. */
export class Run {
  readonly #parts: RunParts;
  readonly #settings: Settings;
  readonly #request: RunRequest;
  readonly #caller: TargetCaller;
  readonly #charges: Charges;
  readonly #candidates: readonly Candidate[];
  readonly #unfit: UnfitTargets;
  readonly #unserved: UnservedTarget[] = [];
  #unusableAnswers = 0;

  constructor(parts: RunParts, settings: Settings, request: RunRequest) {
    this.#parts = parts;
    this.#settings = settings;
    this.#request = request;
    this.#caller = new TargetCaller(parts, settings, request);
    const { failedCalls } = settings.jobs;
    const { windowSeconds } = settings.breaker;
    this.#charges = new Charges({ failedCalls, windowSeconds }, request);
    this.#candidates = candidatesFor(settings, request, affinityOf(request));
    this.#unfit = new UnfitTargets(this.#candidates, request, settings.guardrails);
  }

  async run(): Promise<RunResult> {
    const { calledTargets } = this.#request;
    for (const candidate of this.#candidates) {
      if (calledTargets?.includes(candidate.key)) continue;
      const end = await this.#try(candidate);
      if (end) return this.#resultOf(end);
    }
    return this.#resultOf(this.#endWithoutAnswer());
  }

  #resultOf(end: RunEnd): RunResult {
    const { attempts, chargedEarlier } = this.#charges;
    const { refusals } = this.#unfit;
    return {
      ...end,
      attempts,
      ...(chargedEarlier > 0 && { chargedEarlier }),
      ...(refusals.length > 0 && { refusedTargets: refusals }),
    };
  }

  /** Tries one target. Returns `undefined` if the run goes on to the next target. */
  async #try(candidate: Candidate): Promise<RunEnd | undefined> {
    const { circuits, clock, disabledTargets, regions } = this.#parts;

    const unfit = this.#unfit.skipReason(candidate.key);
    if (unfit) return this.#skip(candidate, unfit);
    if (!this.#caller.mayFit(candidate)) return this.#skipTooLong(candidate);
    const tooLate = this.#tooLateForACall();
    if (tooLate) return tooLate;
    const inference = await regions.inference(candidate.target);
    if (inference) return this.#skip(candidate, 'region-unhealthy', inference.untilMs);
    const availability = await disabledTargets.availability(candidate.key);
    if (!availability.available) return this.#skip(candidate, 'disabled', availability.untilMs);

    const admission = await circuits.admit(candidate.key, {
      subject: this.#request.jobId,
      leaseMs: this.#caller.permitLeaseMs(candidate),
      mayProbe: this.#charges.mayProbe,
    });
    if (!admission.admitted) {
      regions.noteFailure();
      return this.#skip(candidate, admission.reason, clock.now() + admission.retryAfterMs);
    }
    let evidence: Evidence = { isCharged: false, startedAtMs: clock.now() };
    const call = await this.#caller.call(candidate, admission.permit, async (outcome) => {
      const { key } = candidate;
      const isOfInterest = isChargeable(outcome) || outcome === 'config';
      const servedAtMs = isOfInterest ? await circuits.lastServedAtMs(key) : undefined;
      const failed = { target: key, outcome, servedAtMs };
      evidence = { ...evidence, isCharged: this.#charges.charges(failed), servedAtMs };
      return this.#charges.isOwnDoing(key, outcome);
    });
    if ('result' in call) return this.#read(candidate, call, evidence);
    if (call.notMade === 'too-long') return this.#skipTooLong(candidate);
    return { outcome: call.notMade };
  }

  #skipTooLong(candidate: Candidate): undefined {
    this.#unfit.addTooLong(candidate.key);
    this.#skip(candidate, 'too-long');
  }

  #skip(candidate: Candidate, reason: SkipReason, untilMs?: number): undefined {
    const { key, tier } = candidate;
    if (!isUnfit(reason)) this.#parts.recorder.recordSkip(candidate);
    const at = this.#parts.clock.now();
    this.#charges.add({ target: key, tier: tier.name, outcome: 'skipped', reason, at, ms: 0 });
    if (untilMs !== undefined) this.#unserved.push({ outcome: 'skipped', untilMs });
  }

  /**
   * Ends the run if there is no time for a full call: a call that is cut short says nothing about
   * the target and may be billed.
   */
  #tooLateForACall(): RunEnd | undefined {
    const { deadlineAtMs, functionEndsAtMs } = this.#request;
    const { breaker, jobs } = this.#settings;
    const nowMs = this.#parts.clock.now();
    if (nowMs + shortestCallMs(breaker, jobs) > deadlineAtMs) {
      return { outcome: 'deferred', unserved: this.#unserved };
    }
    return nowMs + timeForACallMs(jobs) > functionEndsAtMs ? { outcome: 'out-of-time' } : undefined;
  }

  async #read(
    candidate: Candidate,
    call: FinishedCall,
    evidence: Evidence,
  ): Promise<RunEnd | undefined> {
    const { result, loss } = call;
    switch (result.outcome) {
      case 'aborted':
        this.#charges.add(attemptOf(candidate, 'aborted', call, evidence));
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
    const { reading, reducedBy } = call;
    if (!reading || reading.usable) {
      this.#charges.add(attemptOf(candidate, 'answered', call, evidence));
      const served = answerFrom(candidate, answer, reading?.truncated ?? false, reducedBy);
      return { outcome: 'answered', answer: served };
    }
    this.#charges.add(attemptOf(candidate, 'unusable', call, evidence, reading.reason));
    if (reading.reason === 'cut') return refusedEnd(REFUSED.timeLimit);
    if (this.#charges.isSpent) return { outcome: 'no-answer' };
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
    this.#charges.add(attemptOf(candidate, kind, call, evidence, tooLong ? 'too-long' : name));
    if (kind === 'job') return this.#refused(candidate, failure, call);

    if (kind === 'config') {
      const { jobId } = this.#request;
      const { servedAtMs } = evidence;
      await disabledTargets.failed(candidate.key, { jobId, reason: name, servedAtMs });
    } else regions.noteFailure();
    this.#unserved.push({ outcome: 'failed', atMs: clock.now(), retryAfterMs });
    if (call.loss) return { outcome: call.loss };
    return this.#charges.isSpent ? { outcome: 'no-answer' } : undefined;
  }

  /** Ends the job, or goes on without the target: a lower tier may lack what the first one has. */
  #refused(
    candidate: Candidate,
    failure: ModelFailure,
    { loss }: FinishedCall,
  ): RunEnd | undefined {
    if (this.#unfit.isFinal(candidate, failure)) {
      return refusedEnd(REFUSED.invalid, failure.detail);
    }
    this.#unfit.addRefusal(candidate, failure);
    return loss && { outcome: loss };
  }

  /** Ends the run after the last target. A job that may wait never fails because of its targets. */
  #endWithoutAnswer(): RunEnd {
    if (this.#unusableAnswers > 0) return refusedEnd(REFUSED.unusable);
    const unfit = this.#unfit.endIfNoneFits();
    if (unfit) return unfit;
    const outcome = this.#request.whenOpen === 'fail' ? 'unavailable' : 'deferred';
    return { outcome, unserved: this.#unserved };
  }
}
