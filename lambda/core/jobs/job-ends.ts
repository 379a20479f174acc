import { DIMENSION, METRIC, type MetricName } from '../../contract/metrics.ts';
import type { Settings } from '../../contract/policy.ts';
import { type EndStatus, hasEnded } from '../../contract/words.ts';
import { errorName } from '../error-name.ts';
import type { Log, Metrics } from '../telemetry.ts';
import { completionEvent } from './completion-event.ts';
import { eventPublished, withoutEvent } from './end-transitions.ts';
import { type EventBus, EventPublisher } from './event-publisher.ts';
import type { Job } from './job.ts';
import { NO_ANSWER } from './job-errors.ts';
import type { JobStore, Updated } from './job-store.ts';
import type { RowUpdate } from './row-update.ts';

export interface JobEndsParts {
  readonly jobs: Pick<JobStore, 'update'>;
  readonly bus: EventBus;
  readonly settings: () => Settings;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Writes the ends of jobs, counts them and publishes their completion events. If the process dies
 * between the write and the publish, the sweeper publishes the event: the row stays in its index until
 * the event is known to be published.
 */
export class JobEnds {
  readonly #parts: JobEndsParts;
  readonly #publisher: EventPublisher;

  constructor(parts: JobEndsParts) {
    this.#parts = parts;
    this.#publisher = new EventPublisher(parts.bus, parts.log, parts.metrics);
  }

  /** Writes a transition that ends the job, and publishes its event. */
  async write(jobId: string, end: RowUpdate): Promise<Updated> {
    const { jobs } = this.#parts;
    const updated = await jobs.update(jobId, this.#areEventsEnabled() ? end : withoutEvent(end));
    if (updated.applied) {
      this.#record(updated.job);
      await this.publish(updated.job);
    }
    return updated;
  }

  /**
   * Publishes the completion event if it is still pending. Returns true if nothing is left to
   * publish; otherwise the sweeper publishes it later.
   */
  async publish(job: Job): Promise<boolean> {
    const event = job.eventPending ? completionEvent(job) : undefined;
    if (!event) return true;
    const isDone = !this.#areEventsEnabled() || (await this.#publisher.publish(event));
    if (isDone) await this.#clear(job);
    return isDone;
  }

  /** Clears `eventPending`. If that fails, the sweeper publishes the event once more. */
  async #clear(job: Job): Promise<void> {
    const { jobs, log } = this.#parts;
    const { jobId } = job;
    try {
      await jobs.update(jobId, eventPublished(job));
    } catch (error) {
      log.warn('completion event published, but the row could not be updated', {
        jobId,
        error: errorName(error),
      });
    }
  }

  /** Counts and logs the end. Only the writer of the end does this, so each job counts once. */
  #record(job: Job): void {
    const { log, metrics } = this.#parts;
    const { jobId, status, chain, createdAt, completedAt = createdAt } = job;
    if (!hasEnded(status)) return;
    const byChain = { [DIMENSION.chain]: chain };
    const ms = completedAt - createdAt;
    metrics.count(END_METRIC[status]);
    if (status === 'SUCCEEDED') {
      metrics.time(METRIC.jobLatency, ms);
      metrics.count(METRIC.jobsSucceeded, 1, byChain);
    }
    if (job.degraded) {
      metrics.count(METRIC.jobsDegraded);
      metrics.count(METRIC.jobsDegraded, 1, byChain);
    }
    if (job.error?.type === NO_ANSWER.type) metrics.count(METRIC.jobsWithoutAnswer);
    const { servedBy, degraded, claims, deferrals } = job;
    const error = job.error?.type;
    log.info('job ended', {
      jobId,
      status,
      ms,
      chain,
      servedBy,
      degraded,
      error,
      claims,
      deferrals,
    });
  }

  #areEventsEnabled(): boolean {
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
