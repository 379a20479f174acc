import { METRIC, type MetricName } from '../../contract/metrics.ts';
import type { Settings } from '../../contract/policy.ts';
import { type EndStatus, hasEnded } from '../../contract/words.ts';
import { errorName } from '../error-name.ts';
import type { Log, Metrics } from '../telemetry.ts';
import { completionEvent, publishedByRedelivery } from './completion-event.ts';
import { eventPublished, leftToSweeper, withoutEvent } from './end-transitions.ts';
import type { EventBus } from './event-bus.ts';
import { EventPublisher } from './event-publisher.ts';
import type { Job } from './job.ts';
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
 * Writes the ends of jobs, counts and tells them. A crash between row and event is made good by
 * whoever stands behind the event: the message that brought the end and comes back, or the sweeper,
 * in whose index all other ends stay until their events are out.
 */
export class JobEnds {
  readonly #parts: JobEndsParts;
  readonly #publisher: EventPublisher;

  constructor(parts: JobEndsParts) {
    this.#parts = parts;
    this.#publisher = new EventPublisher(parts.bus, parts.log, parts.metrics);
  }

  /** Carries out a transition that ends the job, and tells the end; throws as `publish` does. */
  async write(jobId: string, end: RowUpdate): Promise<Updated> {
    const { jobs } = this.#parts;
    const updated = await jobs.update(jobId, this.#areWanted() ? end : withoutEvent(end));
    if (updated.applied) {
      this.#record(updated.job);
      await this.publish(updated.job);
    }
    return updated;
  }

  /**
   * Tells the end of a job if that is still to be done. Whether the event is out, or not wanted any
   * more; what is not out is left to the sweeper. Throws where that cannot be written on the row of an
   * end that hangs on its message, which then has to come back.
   */
  async publish(job: Job): Promise<boolean> {
    const event = job.eventPending ? completionEvent(job) : undefined;
    if (!event) return true;
    const isOut = !this.#areWanted() || (await this.#publisher.publish(event));
    if (!publishedByRedelivery(job)) {
      if (isOut) await this.#clear(job);
    } else if (!isOut) {
      await this.#parts.jobs.update(job.jobId, leftToSweeper(job));
    }
    return isOut;
  }

  /** Else the sweeper tells it once more. */
  async #clear(job: Job): Promise<void> {
    const { jobs, log } = this.#parts;
    try {
      await jobs.update(job.jobId, eventPublished(job));
    } catch (error) {
      log.warn('completion event published, but the row could not be updated', {
        jobId: job.jobId,
        error: errorName(error),
      });
    }
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
