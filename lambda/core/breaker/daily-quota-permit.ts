import type { Outcome, Permit } from './permit.ts';

/**
 * A permit of a target and of its Region's day circuit. Tells the day circuit only of daily-quota
 * errors, and of the results of a recovery permit: a healthy day circuit must cost no writes.
 */
export class DailyQuotaPermit implements Permit {
  readonly key: string;
  readonly stage: number | undefined;
  readonly #target: Permit;
  readonly #day: Permit;

  constructor(target: Permit, day: Permit) {
    this.key = target.key;
    this.stage = target.stage ?? day.stage;
    this.#target = target;
    this.#day = day;
  }

  token(elapsedMs?: number): void | Promise<void> {
    const day = this.#isDayProbe ? this.#day.token(elapsedMs) : undefined;
    return both(this.#target.token(elapsedMs), day);
  }

  settle(outcome: Outcome): void | Promise<void> {
    const isQuota = outcome.kind === 'failure' && outcome.failure === 'quota-day';
    const isForDay = isQuota || (outcome.kind === 'success' && this.#isDayProbe);
    return both(
      this.#target.settle(isQuota ? IGNORED : outcome),
      this.#day.settle(isForDay ? outcome : IGNORED),
    );
  }

  get #isDayProbe(): boolean {
    return this.#day.stage !== undefined;
  }
}

const IGNORED: Outcome = { kind: 'ignored' };

function both(a: void | Promise<void>, b: void | Promise<void>): void | Promise<void> {
  if (a && b) return Promise.all([a, b]).then(() => undefined);
  return a ?? b;
}
