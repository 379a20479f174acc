import { type Failure, isSlow, type Outcome, type Permit } from './permit.ts';
import type { Tally } from './tally.ts';
import { timingOf } from './timing.ts';
import type { WorkerContext } from './worker-context.ts';

/** The part of the window that its permits use. */
export interface CallWindow {
  readonly context: Pick<WorkerContext, 'clock' | 'policy'>;
  /** Writes the tally's pending counts. */
  flush(tally: Tally): Promise<void>;
}

/** An answer whose first token has arrived. */
interface Answer {
  /** The time of the first token, by this worker's clock. */
  readonly sinceMs: number;
  readonly firstTokenMs: number;
}

/** A permit outside a recovery. Counts its call in the window. */
export class CountedPermit implements Permit {
  readonly key: string;
  readonly #window: CallWindow;
  readonly #tally: Tally;
  readonly #subject: string | undefined;
  readonly #admittedAtMs: number;
  #answer: Answer | undefined;
  #isSettled = false;

  constructor(
    key: string,
    window: CallWindow,
    tally: Tally,
    subject: string | undefined,
    admittedAtMs: number,
  ) {
    this.key = key;
    this.#window = window;
    this.#tally = tally;
    this.#subject = subject;
    this.#admittedAtMs = admittedAtMs;
    tally.begin();
  }

  /** Later tokens count nothing, but they flush counts that have been pending for too long. */
  token(elapsedMs?: number): void | Promise<void> {
    if (this.#isSettled) return;
    const nowMs = this.#window.context.clock.now();
    if (!this.#answer) {
      const firstTokenMs = elapsedMs ?? nowMs - this.#admittedAtMs;
      this.#answer = { sinceMs: nowMs, firstTokenMs };
      this.#tally.beginAnswer();
      if (isSlow(firstTokenMs, this.#window.context.policy())) this.#tally.slow();
    }
    return this.#flushIfOverdue(nowMs);
  }

  settle(outcome: Outcome): void | Promise<void> {
    if (this.#isSettled) return;
    this.#isSettled = true;
    if (this.#answer) return this.#settleAnswer(this.#answer, outcome);
    if (outcome.kind === 'ignored') return this.#tally.ignore();
    const nowMs = this.#window.context.clock.now();
    const policy = this.#window.context.policy();
    if (outcome.kind === 'success') this.#tally.succeed(nowMs);
    else if (this.#isRepeated(outcome, nowMs)) return this.#tally.ignore();
    else this.#tally.fail(outcome.failure, this.#counts(outcome), outcome.retryAfterMs ?? 0);
    if (isSlow(outcome.elapsedMs ?? nowMs - this.#admittedAtMs, policy)) this.#tally.slow();
    return this.#flushAfter(outcome, nowMs);
  }

  /** A broken answer takes its success back, unless the success has left the window. */
  #settleAnswer({ sinceMs, firstTokenMs }: Answer, outcome: Outcome): void | Promise<void> {
    const nowMs = this.#window.context.clock.now();
    const { windowMs } = timingOf(this.#window.context.policy());
    if (outcome.kind === 'success') this.#tally.endAnswer(nowMs, firstTokenMs);
    if (outcome.kind === 'failure') {
      if (nowMs - sinceMs < windowMs) this.#tally.takeBack();
      if (this.#isRepeated(outcome, nowMs)) return this.#flushIfOverdue(nowMs);
      const { failure, retryAfterMs = 0 } = outcome;
      this.#tally.addFailure(failure, this.#counts(outcome), retryAfterMs);
    }
    return this.#flushAfter(outcome, nowMs);
  }

  #counts({ failure }: Failure): boolean {
    return !this.#window.context.policy().ignoredKinds.includes(failure);
  }

  /** Returns true if the same job has already added a failure to this window. */
  #isRepeated(outcome: Failure, nowMs: number): boolean {
    if (this.#subject === undefined || !this.#counts(outcome)) return false;
    const { windowMs } = timingOf(this.#window.context.policy());
    return !this.#tally.failedSubjects.isFirstFailure(this.#subject, nowMs, windowMs);
  }

  /** A failure that may open the circuit is written at once. */
  #flushAfter(outcome: Outcome, nowMs: number): void | Promise<void> {
    const isUrgent = outcome.kind === 'failure' && this.#counts(outcome);
    return isUrgent ? this.#window.flush(this.#tally) : this.#flushIfOverdue(nowMs);
  }

  #flushIfOverdue(nowMs: number): void | Promise<void> {
    const { recheckMs } = timingOf(this.#window.context.policy());
    if (this.#tally.isOverdue(nowMs, recheckMs)) return this.#window.flush(this.#tally);
  }
}
