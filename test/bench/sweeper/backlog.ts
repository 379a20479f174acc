import { SWEEP_SHARDS } from '../../../lambda/contract/keys.ts';
import { newJob } from '../../../lambda/core/jobs/job.ts';
import { claim } from '../../../lambda/core/jobs/transitions.ts';
import { START } from '../../support/job-builders.ts';
import { applyUpdate } from '../../support/memory-job-store.ts';
import { someSettings } from '../../support/settings.ts';
import type { SweptTable } from './swept-table.ts';

const RUN_MS = 5_000;
const settings = someSettings({ jobs: { deadlineSeconds: 86_400 } });

/**
 * Jobs that wait for workers, in the order of their messages. `claimNext` and `accept` are the writes of
 * other functions, which the bench does not count.
 */
export class Backlog {
  claimed = 0;
  /** Jobs whose message the sweeper sent although it was still in the queue. */
  sentAgain = 0;
  readonly #table: SweptTable;
  readonly #queue: string[] = [];
  #head = 0;
  #accepted = 0;
  readonly #running: { readonly jobId: string; readonly endsAt: number }[] = [];
  /** The end of the lease of each lost run that the sweeper has not found yet. */
  readonly #lost = new Map<string, number>();
  #slowestFindMs = 0;

  constructor(table: SweptTable) {
    this.#table = table;
  }

  get waiting(): number {
    return this.#queue.length - this.#head;
  }

  accept(now: number): void {
    const n = this.#accepted++;
    const jobId = n.toString(16).padStart(32, '0');
    const names = { jobId, tenant: 'tenant', bodyHash: 'hash', requestToken: 'request' };
    const job = newJob({ ...names, inputBytes: 100 }, { whenOpen: 'fallback' }, now, settings);
    this.#table.put({ ...job, sweepShard: n % SWEEP_SHARDS });
    this.#queue.push(jobId);
  }

  /** Lets a worker claim the oldest message. A lost run never ends. */
  claimNext(now: number, isLost: boolean): void {
    const row = this.#table.rows.get(this.#queue[this.#head] ?? '');
    this.#head = Math.min(this.#head + 1, this.#queue.length);
    if (row?.status !== 'QUEUED') return;
    const job = applyUpdate(row, claim(row.generation, 'claim', now, settings));
    this.#table.put(job);
    this.claimed += 1;
    if (isLost) this.#lost.set(job.jobId, job.leaseUntil ?? now);
    else this.#running.push({ jobId: job.jobId, endsAt: now + RUN_MS });
  }

  endRuns(now: number): void {
    while (this.#running[0] && this.#running[0].endsAt <= now) {
      this.#table.remove(this.#running.shift()?.jobId ?? '');
    }
  }

  /** Takes a message of the sweeper. */
  send(jobId: string, now: number): void {
    const leaseUntil = this.#lost.get(jobId);
    if (leaseUntil === undefined) this.sentAgain += 1;
    else this.#slowestFindMs = Math.max(this.#slowestFindMs, now - leaseUntil);
    this.#lost.delete(jobId);
    this.#queue.push(jobId);
  }

  /** Returns the longest time, in seconds, from the end of a lost run's lease until its job was sent. */
  slowestFind(now: number): number {
    const missing = [...this.#lost.values()].map((leaseUntil) => now - leaseUntil);
    return Math.max(this.#slowestFindMs, ...missing) / 1000;
  }
}

/** The time at which each bench begins. */
export const BEGIN_MS = START;
