import { hasEnded } from '../../lambda/contract/words.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';

/** Of an end; what is noted afterwards is only that its event is out. */
const FINAL = ['status', 'claimToken', 'generation', 'completedAt', 'resultBytes'] as const;

/** Watches a row for what must never happen to it. */
export class Witness {
  readonly oddities: string[] = [];
  readonly #clock: Pick<Clock, 'now'>;
  #last: Job | undefined;

  constructor(clock: Pick<Clock, 'now'>) {
    this.#clock = clock;
  }

  saw(row: Job | undefined): void {
    const last = this.#last;
    this.#last = row;
    if (!last || !hasEnded(last.status)) return;
    if (last.status === 'DEAD_LETTERED' && (row?.redrives ?? 0) > last.redrives) return;
    const changed = FINAL.filter((field) => row?.[field] !== last[field]);
    if (changed.length > 0) this.oddities.push(`an end was overwritten: ${changed.join(', ')}`);
  }

  /** A model is called. */
  sawCall(row: Job | undefined, isCancelled: boolean): void {
    if (isCancelled) this.oddities.push('a cancelled job ran');
    const waitsUntilMs = row?.nextAttemptAt ?? 0;
    if (waitsUntilMs > this.#clock.now()) this.oddities.push('a deferred job ran before its time');
  }
}
