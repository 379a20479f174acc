import { METRIC, type MetricName } from '../../contract/metrics.ts';
import type { Settings } from '../../contract/policy.ts';
import { type EndStatus, hasEnded } from '../../contract/words.ts';
import { errorName } from '../error-name.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { Change } from './change.ts';
import { completionEvent, hangsOnMessage } from './completion-event.ts';
import { eventSent, leftToSweeper, untold } from './end-transitions.ts';
import type { EventBus } from './event-bus.ts';
import { EventSender } from './event-sender.ts';
import type { Job } from './job.ts';
import type { JobStore, Updated } from './job-store.ts';

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
  readonly #sender: EventSender;

  constructor(parts: JobEndsParts) {
    this.#parts = parts;
    this.#sender = new EventSender(parts.bus, parts.log, parts.metrics);
  }

  /** Carries out a transition that ends the job, and tells the end; throws as `tell` does. */
  async write(jobId: string, end: Change): Promise<Updated> {
    const { jobs } = this.#parts;
    const updated = await jobs.update(jobId, this.#areWanted() ? end : untold(end));
    if (updated.applied) {
      this.#record(updated.job);
      await this.tell(updated.job);
    }
    return updated;
  }

  /**
   * Tells the end of a job if that is still to be done. Whether the event is out, or not wanted any
   * more; what is not out is left to the sweeper. Throws where that cannot be written on the row of an
   * end that hangs on its message, which then has to come back.
   */
  async tell(job: Job): Promise<boolean> {
    const event = job.eventPending ? completionEvent(job) : undefined;
    if (!event) return true;
    const isOut = !this.#areWanted() || (await this.#sender.send(event));
    if (!hangsOnMessage(job)) {
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
      await jobs.update(job.jobId, eventSent(job));
    } catch (error) {
      log.warn('end told, and its row does not know', {
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
