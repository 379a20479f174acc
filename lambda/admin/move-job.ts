import { METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import { dispatch, type JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore, Updated } from '../core/jobs/job-store.ts';
import { redrive as redriven } from '../core/jobs/transitions.ts';
import type { Log, Metrics } from '../core/telemetry.ts';

export interface MoveDependencies {
  readonly jobs: Pick<JobStore, 'get' | 'update'>;
  readonly queue: Pick<JobQueue, 'send'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
  readonly metrics: Metrics;
}

/**
 * Returns true if the job can be redriven. A purged job and a job past its `expiresAt` cannot, because
 * their prompts are or will soon be deleted.
 */
export function awaitsRedrive(job: Job, now: number): boolean {
  return job.status === 'DEAD_LETTERED' && !job.purge && job.expiresAt * 1000 > now;
}

/**
 * Moves the job back into the queue. The row is written first: from then on the sweeper sends the
 * message if this function does not. The row is not updated if another redrive has moved the job.
 */
export async function move(
  dependencies: MoveDependencies,
  settings: Settings,
  job: Job,
): Promise<Updated> {
  const { jobs, clock, log, metrics } = dependencies;
  const now = clock.now();
  const updated = await jobs.update(job.jobId, redriven(job, now, settings));
  if (!updated.applied) return updated;
  await dispatch(dependencies, updated.job, now);
  metrics.count(METRIC.jobsRedriven);
  log.info('job redriven', { jobId: job.jobId, redrives: updated.job.redrives });
  return updated;
}
