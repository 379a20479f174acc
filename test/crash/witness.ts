import { hasEnded } from '../../lambda/contract/words.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';

/** Of an end; what is noted afterwards is only that its event is out. */
const FINAL = ['status', 'claimToken', 'generation', 'completedAt', 'resultBytes'] as const;

export interface Testimony {
  readonly oddities: string[];
  /** The row as it was seen last, if it was in an end state. */
  end?: Job | undefined;
}

/** Watches a row for what must never happen to it. */
export class Witness {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #testimony: Testimony;

  constructor(clock: Pick<Clock, 'now'>, testimony: Testimony) {
    this.#clock = clock;
    this.#testimony = testimony;
  }

  saw(row: Job | undefined): void {
    const { end: last } = this.#testimony;
    this.#testimony.end = row && hasEnded(row.status) ? row : undefined;
    if (!last) return;
    if (last.status === 'DEAD_LETTERED' && (row?.redrives ?? 0) > last.redrives) return;
    const changed = FINAL.filter((field) => row?.[field] !== last[field]);
    if (changed.length > 0) this.#found(`an end was overwritten: ${changed.join(', ')}`);
  }

  /** A model is called. */
  sawCall(row: Job | undefined, isCancelled: boolean): void {
    if (isCancelled) this.#found('a cancelled job ran');
    const waitsUntilMs = row?.nextAttemptAt ?? 0;
    if (waitsUntilMs > this.#clock.now()) this.#found('a deferred job ran before its time');
  }

  #found(oddity: string): void {
    this.#testimony.oddities.push(oddity);
  }
}
