/**
 * The oracle of the property tests: looks at each record that is saved and each call that is
 * admitted, and notes what must never be. It knows the rules of design and nothing of how the
 * breaker keeps them.
 */
import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import { ABSENT, type Circuit } from '../../lambda/core/breaker/circuit.ts';
import type { StoredRecord } from '../../lambda/core/breaker/circuit-store.ts';
import type { CircuitEvent } from '../../lambda/core/breaker/events.ts';
import { fromRecord } from '../../lambda/core/breaker/record.ts';

/** Clocks may differ by this much, so times are only as exact as that. */
const SKEW_MS = 2_000;

export class CircuitChecker {
  readonly violations: string[] = [];
  highestStage = -1;
  readonly #policy: BreakerPolicy;
  #last: Circuit = ABSENT;
  #openSinceMs: number | undefined;

  constructor(policy: BreakerPolicy) {
    this.#policy = policy;
  }

  get state(): Circuit['state'] {
    return this.#last.state;
  }

  /** A record was saved at that time by the store's clock. */
  saved(record: StoredRecord, nowMs: number): void {
    const next = fromRecord(record);
    if (!next) {
      this.#violated('a record that cannot be read was saved');
      return;
    }
    const last = this.#last;
    if (next.version !== last.version + 1) this.#violated('versions do not grow by one');
    if (next.state !== last.state) this.#entered(next, last, nowMs);
    else if (next.epoch !== last.epoch) this.#violated('an epoch without a change of state');
    if (next.state === 'HALF_OPEN') this.#checkLeases(next, nowMs);
    this.#last = next;
  }

  /** 76: `graceMs` is a view's age and the time that its answer took. */
  admitted(nowMs: number, graceMs: number): void {
    if (this.#openSinceMs !== undefined && nowMs > this.#openSinceMs + graceMs) {
      this.#violated('76. a call was admitted later than one view age after OPEN');
    }
  }

  /** 73: one event of a change of state per epoch. */
  checkEvents(events: readonly CircuitEvent[]): void {
    const epochs = events.flatMap((event) =>
      event.type === 'opened' || event.type === 'half_opened' || event.type === 'closed'
        ? [event.epoch]
        : [],
    );
    if (new Set(epochs).size !== epochs.length) this.#violated('73. two events of one epoch');
    const advances = events.flatMap((event) =>
      event.type === 'stage_advanced' ? [`${event.epoch}/${event.stage}`] : [],
    );
    if (new Set(advances).size !== advances.length) this.#violated('37. a stage advanced twice');
  }

  #entered(next: Circuit, last: Circuit, nowMs: number): void {
    if (next.epoch <= last.epoch) this.#violated('73. epochs do not grow');
    this.#openSinceMs = next.state === 'OPEN' ? nowMs : undefined;
    if (next.state === 'CLOSED' && !this.#isComplete(last)) {
      this.#violated('74. closed before the last stage was complete');
    }
    if (next.state === 'OPEN') {
      const leastMs = 0.9 * this.#policy.cooldownSeconds * 1000;
      if (next.untilMs - nowMs < leastMs - SKEW_MS) this.#violated('75. a short cooldown');
    }
    if (next.state === 'HALF_OPEN' && last.state === 'OPEN' && nowMs < last.untilMs - SKEW_MS) {
      this.#violated('75. half-open before the cooldown was over');
    }
  }

  /** The save that closes it brings the stage's last success. */
  #isComplete(last: Circuit): boolean {
    const stages = this.#policy.recoveryStages;
    if (last.state !== 'HALF_OPEN' || last.stage !== stages.length - 1) return false;
    return last.succeeded + 1 === stages[last.stage];
  }

  #checkLeases(
    { stage, succeeded, leases }: Extract<Circuit, { state: 'HALF_OPEN' }>,
    nowMs: number,
  ) {
    const permits = this.#policy.recoveryStages[stage] ?? 0;
    const live = leases.filter(({ untilMs }) => nowMs < untilMs - SKEW_MS).length;
    if (succeeded + live > permits) this.#violated('72. more leases than the stage has permits');
    this.highestStage = Math.max(this.highestStage, stage);
  }

  #violated(what: string): void {
    this.violations.push(what);
  }
}
