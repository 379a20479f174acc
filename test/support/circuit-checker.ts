/**
 * The oracle of the property tests. It checks every saved record and every admitted call against the
 * cases in docs/breaker-cases.md, and collects the violations. It shares no code with the breaker's
 * decisions.
 */
import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import { ABSENT, type Circuit } from '../../lambda/core/breaker/circuit.ts';
import type { StoredRecord, WindowCounts } from '../../lambda/core/breaker/circuit-store.ts';
import type { CircuitEvent } from '../../lambda/core/breaker/events.ts';
import type { Ramp } from '../../lambda/core/breaker/ramp.ts';
import { fromRecord } from '../../lambda/core/breaker/record.ts';

/** The largest difference between two clocks, which the checks of times allow for. */
const SKEW_MS = 2_000;

export class CircuitChecker {
  readonly violations: string[] = [];
  /** The states and stages that were saved so far. */
  readonly reached = new Set<string>();
  isOverridden = false;
  readonly #policy: BreakerPolicy;
  /** By epoch. */
  readonly #mayHaveSucceeded = new Map<number, number>();
  readonly #settledSuccesses = new Map<number, number>();
  #last: Circuit = ABSENT;
  #openSinceMs: number | undefined;
  #forced: { readonly fromMs: number; readonly untilMs: number } | undefined;

  constructor(policy: BreakerPolicy) {
    this.#policy = policy;
  }

  get state(): Circuit['state'] {
    return this.#last.state;
  }

  get epoch(): number {
    return this.#last.epoch;
  }

  /** Checks a saved record. `nowMs` is the time of the store's clock. */
  saved(record: StoredRecord, nowMs: number): void {
    const next = fromRecord(record);
    if (!next) {
      this.#violated('an unreadable record was saved');
      return;
    }
    const last = this.#last;
    if (next.version !== last.version + 1) this.#violated('the version did not grow by one');
    if (next.state !== last.state) this.#entered(next, last, nowMs);
    else if (next.epoch !== last.epoch) this.#checkNewEpoch(next);
    else this.#checkRamp(next, last, nowMs);
    if (next.state === 'HALF_OPEN') this.#checkLeases(next, nowMs);
    this.reached.add(next.state === 'HALF_OPEN' ? `HALF_OPEN ${next.stage}` : next.state);
    this.#last = next;
  }

  /** Checks an admission. `grace` is the time after an opening or a force-open in which calls may still pass. */
  admitted(nowMs: number, grace: { readonly openMs: number; readonly forcedMs: number }): void {
    // An override may admit a call that the circuit would reject.
    const isOpen = this.#openSinceMs !== undefined && !this.isOverridden;
    if (isOpen && nowMs > (this.#openSinceMs ?? 0) + grace.openMs) {
      this.#violated('76. a call was admitted later than one view age after OPEN');
    }
    const { fromMs = 0, untilMs = 0 } = this.#forced ?? {};
    if (nowMs > fromMs + grace.forcedMs && nowMs < untilMs - SKEW_MS) {
      this.#violated('58. a call was admitted under force-open');
    }
  }

  /** Must be called for each call that may end well, with the epoch that admitted it. */
  maySucceed(epoch: number): void {
    this.#mayHaveSucceeded.set(epoch, (this.#mayHaveSucceeded.get(epoch) ?? 0) + 1);
  }

  /** Must be called for each addition to the window. */
  counted(epoch: number, { success, provisional = 0 }: WindowCounts): void {
    const settled = success - provisional;
    this.#settledSuccesses.set(epoch, (this.#settledSuccesses.get(epoch) ?? 0) + settled);
  }

  /** Case 80: must be called once the break of a stream is settled, with the epoch that admitted it. */
  broke(epoch: number): void {
    if (this.#last.state === 'HALF_OPEN' && this.#last.epoch === epoch) {
      this.#violated('80. a recovery went on after one of its streams broke');
    }
  }

  /** Case 80: the current epoch has no more successes than calls that may have ended well. */
  checkCounts(): void {
    const settled = this.#settledSuccesses.get(this.epoch) ?? 0;
    if (settled > (this.#mayHaveSucceeded.get(this.epoch) ?? 0)) {
      this.#violated('80. a broken stream counts as a success at the end');
    }
  }

  /** Must be called before an override is set. */
  overridden(): void {
    this.isOverridden = true;
    this.#forced = undefined;
  }

  /** Must be called once a force-open is stored. */
  forcedOpen(fromMs: number, untilMs: number): void {
    this.#forced = { fromMs, untilMs };
  }

  /** Case 73: one change of state per epoch. */
  checkEvents(events: readonly CircuitEvent[]): void {
    const epochs = events.flatMap((event) =>
      event.type === 'opened' || event.type === 'half_opened' || event.type === 'closed'
        ? [event.epoch]
        : [],
    );
    if (new Set(epochs).size !== epochs.length) this.#violated('73. two events in one epoch');
    const advances = events.flatMap((event) =>
      event.type === 'stage_advanced' ? [`${event.epoch}/${event.stage}`] : [],
    );
    if (new Set(advances).size !== advances.length) this.#violated('37. a stage advanced twice');
  }

  /** Case 95: within an epoch, the share of the calls that are admitted only falls, by a write. */
  #checkRamp(next: Circuit, last: Circuit, nowMs: number): void {
    if (next.state !== 'CLOSED' || last.state !== 'CLOSED' || !last.ramp) return;
    if (next.ramp?.sinceMs === last.ramp.sinceMs) return;
    if (!next.ramp || next.ramp.share > this.#largestShare(last.ramp, nowMs)) {
      this.#violated('95. a write let more calls in');
    }
  }

  /** The share doubles three times in `rampSeconds`. Slow growth may only be less. */
  #largestShare({ share, sinceMs }: Ramp, nowMs: number): number {
    const stepMs = (this.#policy.rampSeconds * 1000) / 3;
    const steps = Math.max(0, nowMs + SKEW_MS - sinceMs) / stepMs;
    return Math.min(1, share * 2 ** Math.floor(steps));
  }

  #checkClosed({ ramp }: Circuit & { readonly state: 'CLOSED' }, last: Circuit): void {
    if (last.state !== 'HALF_OPEN') return;
    const { failure } = last.evidence;
    const isScarce = failure === 'capacity' || failure === 'quota-minute';
    if (isScarce && (!ramp || ramp.share > 1 / 8)) {
      this.#violated('95. a circuit closed without a ramp after a lack of capacity');
    }
    if (!isScarce && ramp && last.capacityShare === undefined) {
      this.#violated('95. a ramp without a lack of capacity');
    }
  }

  /** Only the end of a force-open may begin a new epoch in the state OPEN. */
  #checkNewEpoch(next: Circuit): void {
    const isEnded = next.state === 'OPEN' && next.evidence.rule === 'override-ended';
    if (!isEnded) this.#violated('73. an epoch without a change of state');
  }

  #entered(next: Circuit, last: Circuit, nowMs: number): void {
    if (next.epoch <= last.epoch) this.#violated('73. epochs do not grow');
    this.#openSinceMs = next.state === 'OPEN' ? nowMs : undefined;
    if (next.state === 'CLOSED' && !this.#isComplete(last)) {
      this.#violated('74. closed before the last stage was complete');
    }
    if (next.state === 'CLOSED') this.#checkClosed(next, last);
    if (next.state === 'OPEN' && next.evidence.rule !== 'override-ended') {
      const leastMs = 0.9 * this.#policy.cooldownSeconds * 1000;
      if (next.untilMs - nowMs < leastMs - SKEW_MS) this.#violated('75. a short cooldown');
    }
    if (next.state === 'HALF_OPEN' && last.state === 'OPEN' && nowMs < last.untilMs - SKEW_MS) {
      this.#violated('75. half-open before the cooldown was over');
    }
  }

  /** Returns true if the last stage lacks only one success, the one that closes the circuit. */
  #isComplete(last: Circuit): boolean {
    const stages = this.#policy.recoveryStages;
    if (last.state !== 'HALF_OPEN' || last.stage !== stages.length - 1) return false;
    return last.succeeded + 1 === stages[last.stage];
  }

  #checkLeases(
    { stage, succeeded, leases }: Extract<Circuit, { state: 'HALF_OPEN' }>,
    nowMs: number,
  ): void {
    const permits = this.#policy.recoveryStages[stage] ?? 0;
    const live = leases.filter(({ untilMs }) => nowMs < untilMs - SKEW_MS).length;
    if (succeeded + live > permits) this.#violated('72. more leases than permits');
  }

  #violated(violation: string): void {
    this.violations.push(violation);
  }
}
