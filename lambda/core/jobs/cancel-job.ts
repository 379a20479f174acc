import { JOB_ID } from '../../contract/keys.ts';
import { hasEnded } from '../../contract/words.ts';
import type { Clock } from '../clock.ts';
import { cancel } from './end-transitions.ts';
import type { Job } from './job.ts';
import type { JobEnds } from './job-ends.ts';
import type { JobStore } from './job-store.ts';
import { requestCancel } from './transitions.ts';

/**
 * The number of tries to cancel a job. A try fails if the job is claimed, deferred or ended at the
 * same time. A job that changes this often is near its end.
 */
const MAX_TRIES = 5;

export interface CancelDependencies {
  readonly jobs: Pick<JobStore, 'get' | 'update'>;
  readonly ends: Pick<JobEnds, 'write'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Returns the job if it exists for the person who cancels it. */
export type Visible = (row: Job | undefined, now: number) => Job | undefined;

export type Cancellation =
  /** The job is CANCELLED, or is RUNNING and its run stops when it next renews its lease. */
  { readonly outcome: 'accepted'; readonly job: Job } | { readonly outcome: 'ended' | 'unknown' };

/**
 * Cancels a job at once if no worker runs it; otherwise asks its run to stop. Returns `ended` for a
 * job that has ended, even if its status is CANCELLED.
 */
export async function cancelJob(
  { jobs, ends, clock }: CancelDependencies,
  jobId: string,
  visible: Visible,
): Promise<Cancellation> {
  if (!JOB_ID.test(jobId)) return { outcome: 'unknown' };
  let row = await jobs.get(jobId);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const now = clock.now();
    const job = visible(row, now);
    if (!job) return { outcome: 'unknown' };
    if (hasEnded(job.status)) return { outcome: 'ended' };
    const isHeld = (job.leaseUntil ?? 0) > now;
    if (isHeld && job.cancelRequested) return { outcome: 'accepted', job };

    const updated = isHeld
      ? await jobs.update(jobId, requestCancel(job))
      : await ends.write(jobId, cancel(job, now));
    if (updated.applied) return { outcome: 'accepted', job: updated.job };
    // The job was claimed, deferred or ended in the meantime: try again with the current row.
    row = updated.current;
  }
  throw new Error(`job changed ${MAX_TRIES} times while it was being cancelled`);
}
