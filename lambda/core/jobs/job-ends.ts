import { METRIC, type MetricName } from '../../contract/metrics.ts';
import type { Settings } from '../../contract/policy.ts';
import { type EndStatus, hasEnded } from '../../contract/words.ts';
import { errorName } from '../error-name.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { Change } from './change.ts';
import { type CompletionEvent, completionEvent } from './completion-event.ts';
import { EVENTS_PER_REQUEST, type EventBus } from './event-bus.ts';
import type { Job } from './job.ts';
import type { JobStore, Updated } from './job-store.ts';
import { eventSent, untold } from './transitions.ts';

export interface JobEndsParts {
  readonly jobs: Pick<JobStore, 'update'>;
  readonly bus: EventBus;
  readonly settings: () => Settings;
  readonly log: Log;
  readonly metrics: Metrics;
}

interface Ending {
  readonly job: Job;
  readonly event: CompletionEvent;
}

/**
 * Writes the ends of jobs, counts and tells them: row, then event, then the flag on the row cleared. A crash
 * between them leaves the flag, and the sweeper tells the end again. An event goes out as soon as
 * its end is written; what ends while a request is on its way shares the next.
 */
export class JobEnds {
  readonly #parts: JobEndsParts;
  #untold: Ending[] = [];
  #unsent = 0;
  #telling: Promise<void> | undefined;

  constructor(parts: JobEndsParts) {
    this.#parts = parts;
  }

  /** Carries out a transition that ends the job; does not wait for its event. */
  async write(jobId: string, end: Change): Promise<Updated> {
    const { jobs } = this.#parts;
    const updated = await jobs.update(jobId, this.#areWanted() ? end : untold(end));
    if (updated.applied) {
      this.#record(updated.job);
      this.tell(updated.job);
    }
    return updated;
  }

  /** Sends the event of a job that has ended, or just clears the flag when nobody wants events. */
  tell(job: Job): void {
    const event = job.eventPending ? completionEvent(job) : undefined;
    if (!event) return;
    this.#untold.push({ job, event });
    this.#telling ??= this.#tellAll();
  }

  /**
   * Waits until all ends are told or given up; call it before the invocation ends. Gives the number
   * of those given up since it was called last.
   */
  async flush(): Promise<number> {
    while (this.#telling) await this.#telling;
    const unsent = this.#unsent;
    this.#unsent = 0;
    return unsent;
  }

  /** Whoever wrote the end records it, so that a job counts once. */
  #record(job: Job): void {
    const { log, metrics } = this.#parts;
    const { jobId, status, createdAt, completedAt = createdAt } = job;
    if (!hasEnded(status)) return;
    const ms = completedAt - createdAt;
    metrics.count(END_METRIC[status]);
    if (status === 'SUCCEEDED') metrics.time(METRIC.jobLatency, ms);
    if (job.degraded) metrics.count(METRIC.jobsDegraded);
    const { servedBy, degraded, error, claims, deferrals } = job;
    log.info('job ended', {
      ...{ jobId, status, ms, servedBy, degraded, error: error?.type, claims, deferrals },
    });
  }

  /** Does not throw: what it cannot do, the sweeper does. */
  async #tellAll(): Promise<void> {
    const { jobs } = this.#parts;
    while (this.#untold.length > 0) {
      const batch = this.#untold.splice(0, EVENTS_PER_REQUEST);
      try {
        const sent = await this.#publish(batch);
        await Promise.all(sent.map(({ job }) => jobs.update(job.jobId, eventSent(job))));
        if (sent.length < batch.length) this.#giveUp(batch.length - sent.length, 'refused');
      } catch (error) {
        // The bus or the table is down: the others would wait for it just as long in vain.
        this.#giveUp(batch.length + this.#untold.splice(0).length, errorName(error));
      }
    }
    this.#telling = undefined;
  }

  /** Gives those whose event is out, or not wanted any more. */
  async #publish(batch: readonly Ending[]): Promise<readonly Ending[]> {
    if (!this.#areWanted()) return batch;
    const taken = await this.#parts.bus.publish(batch.map(({ event }) => event));
    return batch.filter((_, i) => taken[i]);
  }

  #giveUp(unsent: number, error: string): void {
    const { log, metrics } = this.#parts;
    this.#unsent += unsent;
    log.warn('ends not told, left to the sweeper', { unsent, error });
    metrics.count(METRIC.eventsUnsent, unsent);
  }

  #areWanted(): boolean {
    return this.#parts.settings().jobs.completionEvents;
  }
}

const END_METRIC: Readonly<Record<EndStatus, MetricName>> = {
  SUCCEEDED: METRIC.jobsSucceeded,
  FAILED: METRIC.jobsFailed,
  CANCELLED: METRIC.jobsCancelled,
  EXPIRED: METRIC.jobsExpired,
  DEAD_LETTERED: METRIC.jobsDeadLettered,
};
