import type { Settings } from '../../contract/policy.ts';
import { shortestCallMs, timeForACallMs } from '../../contract/time-budget.ts';
import type { CircuitGate } from '../breaker/admission.ts';
import type { Evidence } from './call-attempt.ts';
import { CallResults } from './call-results.ts';
import { type Candidate, candidatesFor } from './candidates.ts';
import { Charges, isChargeable } from './charges.ts';
import type { DisabledTargets } from './disabled-targets.ts';
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
import { type TargetCall, TargetCaller, type TargetCallerParts } from './target-caller.ts';
import { type FullTarget, patienceOf, turnsOf } from './turns.ts';
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
  readonly #results: CallResults;
  /** The targets of the current turn whose quota is used up. */
  #full: FullTarget[] = [];

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
    this.#results = new CallResults(parts, request, {
      charges: this.#charges,
      unfit: this.#unfit,
      unserved: this.#unserved,
    });
  }

  async run(): Promise<RunResult> {
    const { calledTargets = [], booking } = this.#request;
    const candidates = this.#candidates.filter(({ key }) => !calledTargets.includes(key));
    const turns = turnsOf(candidates, booking);
    for (const turn of turns) {
      const end = await this.#take(turn, turn === turns.at(-1));
      if (end) return this.#resultOf(end);
    }
    return this.#resultOf(this.#endWithoutAnswer());
  }

  /**
   * Tries targets that are equally good. If the quota of one of them is used up for a short time only,
   * the job waits for it rather than going to the next tier.
   */
  async #take(turn: readonly Candidate[], isLast: boolean): Promise<RunEnd | undefined> {
    this.#full = [];
    for (const candidate of turn) {
      const end = await this.#try(candidate);
      if (end) return end;
    }
    const full = this.#full.toSorted((a, b) => a.waitMs - b.waitMs);
    const [soonest, ...others] = full;
    if (!soonest) return undefined;
    const { breaker } = this.#settings;
    const timeToWaitMs = this.#timeToWaitMs();
    const patienceMs = patienceOf(soonest.candidate, isLast, this.#request, timeToWaitMs, breaker);
    this.#full = full;
    if (soonest.waitMs <= patienceMs) {
      this.#full = others;
      const end = await this.#try(soonest.candidate, patienceMs);
      if (end) return end;
    }
    for (const { candidate, waitMs } of this.#full) this.#skipFull(candidate, waitMs);
    return undefined;
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
  async #try(candidate: Candidate, patienceMs = 0): Promise<RunEnd | undefined> {
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
    const { permit } = admission;
    const call = await this.#caller.call(candidate, permit, patienceMs, async (outcome) => {
      const { key } = candidate;
      const isOfInterest = isChargeable(outcome) || outcome === 'config';
      const servedAtMs = isOfInterest ? await circuits.lastServedAtMs(key) : undefined;
      const failed = { target: key, outcome, servedAtMs };
      evidence = { ...evidence, isCharged: this.#charges.charges(failed), servedAtMs };
      return this.#charges.isOwnDoing(key, outcome);
    });
    return 'result' in call
      ? this.#results.read(candidate, call, evidence)
      : this.#notMade(candidate, call);
  }

  #notMade(
    candidate: Candidate,
    call: Extract<TargetCall, { readonly notMade: string }>,
  ): RunEnd | undefined {
    switch (call.notMade) {
      case 'too-long':
        return this.#skipTooLong(candidate);
      case 'quota-full':
        this.#full.push({ candidate, waitMs: call.waitMs });
        return undefined;
      case 'booked': {
        const { booking } = call;
        this.#skip(candidate, 'quota-full');
        const unserved = [{ outcome: 'booked' as const, untilMs: booking.atMs }];
        return { outcome: 'deferred', unserved, booking };
      }
      default:
        return { outcome: call.notMade };
    }
  }

  #skipFull(candidate: Candidate, waitMs: number): void {
    this.#skip(candidate, 'quota-full');
    this.#unserved.push({ outcome: 'full', untilMs: this.#parts.clock.now() + waitMs });
  }

  #skipTooLong(candidate: Candidate): undefined {
    this.#unfit.addTooLong(candidate.key);
    this.#skip(candidate, 'too-long');
  }

  #skip(candidate: Candidate, reason: SkipReason, untilMs?: number): undefined {
    const { key, tier } = candidate;
    if (!isUnfit(reason)) this.#parts.recorder.recordSkip(candidate, reason);
    const at = this.#parts.clock.now();
    this.#charges.add({ target: key, tier: tier.name, outcome: 'skipped', reason, at, ms: 0 });
    if (untilMs !== undefined) this.#unserved.push({ outcome: 'skipped', untilMs });
  }

  /** Returns how long the job may wait for a call that still fits before its deadline. */
  #timeToWaitMs(): number {
    const { breaker, jobs } = this.#settings;
    const { deadlineAtMs } = this.#request;
    return deadlineAtMs - this.#parts.clock.now() - shortestCallMs(breaker, jobs);
  }

  /**
   * Ends the run if there is no time for a full call: a call that is cut short says nothing about
   * the target and may be billed.
   */
  #tooLateForACall(): RunEnd | undefined {
    const { functionEndsAtMs } = this.#request;
    const { jobs } = this.#settings;
    const nowMs = this.#parts.clock.now();
    if (this.#timeToWaitMs() < 0) return { outcome: 'deferred', unserved: this.#unserved };
    return nowMs + timeForACallMs(jobs) > functionEndsAtMs ? { outcome: 'out-of-time' } : undefined;
  }

  /** Ends the run after the last target. A job that may wait never fails because of its targets. */
  #endWithoutAnswer(): RunEnd {
    if (this.#results.hasUnusableAnswer) return refusedEnd(REFUSED.unusable);
    const unfit = this.#unfit.endIfNoneFits();
    if (unfit) return unfit;
    const outcome = this.#request.whenOpen === 'fail' ? 'unavailable' : 'deferred';
    return { outcome, unserved: this.#unserved };
  }
}
