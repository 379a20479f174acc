import { hasEnded } from '../../lambda/contract/words.ts';
import type { Clock } from '../../lambda/core/clock.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { Processes } from './processes.ts';
import type { Sandbox } from './sandbox.ts';

/** Fields that never change after the job has ended. Later writes only concern its event. */
const FINAL = ['status', 'claimToken', 'generation', 'completedAt', 'resultBytes'] as const;

export interface MonitorState {
  readonly violations: string[];
  /** The last row that was observed, if the job had ended by then. */
  end?: Job | undefined;
  /** The run whose process is dead or stalled, while the row still belongs to it. */
  orphan?: Orphan | undefined;
  /** The longest time for which the row belonged to a dead or stalled process. */
  longestOrphanMs: number;
  /** The longest time for which a call went on although its run had lost the job. */
  longestStrayMs: number;
}

/** A renewal proves that the process was awake again, so it starts another time. */
interface Orphan extends Pick<Job, 'claimToken' | 'leaseUntil'> {
  readonly sinceMs: number;
}

/** A model call that runs. */
interface RunningCall {
  readonly process: Sandbox;
  /** The rules that the start of the call broke. */
  readonly violations: readonly string[];
  /** The time since which the row has belonged to another run, or its job is cancelled. */
  strayedAtMs?: number | undefined;
}

/** Watches the row and the model calls during a run and records every violation. */
export class RowMonitor {
  readonly #clock: Pick<Clock, 'now'>;
  readonly #processes: Pick<Processes, 'holderOf'>;
  readonly #state: MonitorState;
  /** The calls since the simulation was opened, by number. */
  readonly #calls = new Map<number, RunningCall>();
  #last: Job | undefined;

  constructor(
    clock: Pick<Clock, 'now'>,
    processes: Pick<Processes, 'holderOf'>,
    state: MonitorState,
  ) {
    this.#clock = clock;
    this.#processes = processes;
    this.#state = state;
  }

  /** Checks the row. The simulation calls it between any two events. */
  observeRow(row: Job | undefined): void {
    this.#observeEnd(row);
    this.#observeHolder(row);
    this.#observeOrphan(row);
    for (const call of this.#calls.values()) this.#observeStray(call, row);
    this.#last = row;
  }

  /**
   * Checks the row at the start of a model call. The simulation calls it for every model call. A
   * process that stalls just before a call aborts it when it wakes, so only a call that reaches its
   * first token breaks a rule.
   */
  observeCall(call: number, process: Sandbox, row: Job | undefined, isCancelled: boolean): void {
    const isEarly = (row?.nextAttemptAt ?? 0) > this.#clock.now();
    const violations = [
      ...(isCancelled ? ['a cancelled job ran'] : []),
      ...(isEarly ? ['a deferred job ran before its time'] : []),
    ];
    this.#calls.set(call, { process, violations });
  }

  /** Checks the row when a token reaches a process. */
  observeToken(number: number, row: Job | undefined): void {
    const call = this.#calls.get(number);
    if (!call) throw new Error(`call ${number} has not started`);
    for (const violation of call.violations) this.#record(violation);
    this.#observeStray(call, row);
    const { process, strayedAtMs } = call;
    if (strayedAtMs === undefined) return;
    const strayMs = this.#clock.now() - Math.max(strayedAtMs, process.awakeSinceMs);
    this.#state.longestStrayMs = Math.max(this.#state.longestStrayMs, strayMs);
  }

  /** Checks the row when a dead letter of the job is sent. */
  observeDeadLetter(row: Job | undefined): void {
    // After a redrive, a second delivery of the job's message may send a second dead letter.
    if (row?.status === 'DEAD_LETTERED' || (row?.redrives ?? 0) > 0) return;
    this.#record('a dead letter was sent before its job ended');
  }

  #observeEnd(row: Job | undefined): void {
    const { end: last } = this.#state;
    this.#state.end = row && hasEnded(row.status) ? row : undefined;
    if (!last) return;
    if (last.status === 'DEAD_LETTERED' && (row?.redrives ?? 0) > last.redrives) return;
    const changed = FINAL.filter((field) => row?.[field] !== last[field]);
    if (changed.length > 0) this.#record(`an end was overwritten: ${changed.join(', ')}`);
  }

  /** Finds a job that was taken from a process that has run without a pause. */
  #observeHolder(row: Job | undefined): void {
    const last = this.#last;
    if (last?.status !== 'RUNNING' || !row) return;
    const isRequeued = row.status === 'QUEUED' && row.generation > last.generation;
    const isClaimed = row.status === 'RUNNING' && row.claimToken !== last.claimToken;
    const holder = this.#processes.holderOf(last.claimToken);
    if ((isRequeued || isClaimed) && holder?.isAwake && !holder.hasStalled) {
      this.#record('a live worker lost its job');
    }
  }

  #observeOrphan(row: Job | undefined): void {
    const { orphan } = this.#state;
    const isRunning = row?.status === 'RUNNING';
    const isOrphan = isRunning && !this.#processes.holderOf(row.claimToken)?.isAwake;
    const now = this.#clock.now();
    if (orphan) {
      const orphanMs = now - orphan.sinceMs;
      this.#state.longestOrphanMs = Math.max(this.#state.longestOrphanMs, orphanMs);
    }
    if (!isOrphan) {
      this.#state.orphan = undefined;
      return;
    }
    const { claimToken, leaseUntil } = row;
    const isSame = orphan?.claimToken === claimToken && orphan?.leaseUntil === leaseUntil;
    if (!isSame) this.#state.orphan = { claimToken, leaseUntil, sinceMs: now };
  }

  #observeStray(call: RunningCall, row: Job | undefined): void {
    const holder = this.#processes.holderOf(row?.claimToken);
    const isMine = row?.status === 'RUNNING' && holder === call.process;
    if (isMine && !row.cancelRequested) call.strayedAtMs = undefined;
    else call.strayedAtMs ??= this.#clock.now();
  }

  #record(violation: string): void {
    this.#state.violations.push(violation);
  }
}
