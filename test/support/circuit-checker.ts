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
  /** States and stages that were saved. */
  readonly reached = new Set<string>();
  isOverridden = false;
  readonly #policy: BreakerPolicy;
  #last: Circuit = ABSENT;
  #openSinceMs: number | undefined;
  #forced: { readonly fromMs: number; readonly untilMs: number } | undefined;

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
    else if (next.epoch !== last.epoch) this.#begunAnew(next);
    if (next.state === 'HALF_OPEN') this.#checkLeases(next, nowMs);
    this.reached.add(next.state === 'HALF_OPEN' ? `HALF_OPEN ${next.stage}` : next.state);
    this.#last = next;
  }

  /** How late a call may still be admitted, of the circuit's opening and of a force-open. */
  admitted(nowMs: number, grace: { readonly openMs: number; readonly forcedMs: number }): void {
    // An override may admit what the circuit does not.
    const isOpen = this.#openSinceMs !== undefined && !this.isOverridden;
    if (isOpen && nowMs > (this.#openSinceMs ?? 0) + grace.openMs) {
      this.#violated('76. a call was admitted later than one view age after OPEN');
    }
    const { fromMs = 0, untilMs = 0 } = this.#forced ?? {};
    if (nowMs > fromMs + grace.forcedMs && nowMs < untilMs - SKEW_MS) {
      this.#violated('58. a call was admitted under force-open');
    }
  }

  /** Somebody is about to set an override. */
  overridden(): void {
    this.isOverridden = true;
    this.#forced = undefined;
  }

  /** A force-open is in the store from then on. */
  forcedOpen(fromMs: number, untilMs: number): void {
    this.#forced = { fromMs, untilMs };
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

  /** Only the end of a force-open begins an OPEN anew. */
  #begunAnew(next: Circuit): void {
    const isEnded = next.state === 'OPEN' && next.evidence.rule === 'override-ended';
    if (!isEnded) this.#violated('73. an epoch without a change of state');
  }

  #entered(next: Circuit, last: Circuit, nowMs: number): void {
    if (next.epoch <= last.epoch) this.#violated('73. epochs do not grow');
    this.#openSinceMs = next.state === 'OPEN' ? nowMs : undefined;
    if (next.state === 'CLOSED' && !this.#isComplete(last)) {
      this.#violated('74. closed before the last stage was complete');
    }
    if (next.state === 'OPEN' && next.evidence.rule !== 'override-ended') {
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
  ): void {
    const permits = this.#policy.recoveryStages[stage] ?? 0;
    const live = leases.filter(({ untilMs }) => nowMs < untilMs - SKEW_MS).length;
    if (succeeded + live > permits) this.#violated('72. more leases than the stage has permits');
  }

  #violated(what: string): void {
    this.violations.push(what);
  }
}
