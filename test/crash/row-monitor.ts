import { hasEnded } from '../../lambda/contract/words.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';

/** Fields that never change after the job has ended. Later writes only concern its event. */
const FINAL = ['status', 'claimToken', 'generation', 'completedAt', 'resultBytes'] as const;

export interface MonitorState {
  readonly violations: string[];
  /** The last row that was observed, if the job had ended by then. */
  end?: Job | undefined;
}

/** Watches the row and the model calls during a run and records every violation. */
export class RowMonitor {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #state: MonitorState;

  constructor(clock: Pick<Clock, 'now'>, state: MonitorState) {
    this.#clock = clock;
    this.#state = state;
  }

  observeRow(row: Job | undefined): void {
    const { end: last } = this.#state;
    this.#state.end = row && hasEnded(row.status) ? row : undefined;
    if (!last) return;
    if (last.status === 'DEAD_LETTERED' && (row?.redrives ?? 0) > last.redrives) return;
    const changed = FINAL.filter((field) => row?.[field] !== last[field]);
    if (changed.length > 0) this.#record(`an end was overwritten: ${changed.join(', ')}`);
  }

  /** Checks the row at the start of a model call. The simulation calls it for every model call. */
  observeCall(row: Job | undefined, isCancelled: boolean): void {
    if (isCancelled) this.#record('a cancelled job ran');
    const waitsUntilMs = row?.nextAttemptAt ?? 0;
    if (waitsUntilMs > this.#clock.now()) this.#record('a deferred job ran before its time');
  }

  #record(violation: string): void {
    this.#state.violations.push(violation);
  }
}
