import { hasEnded } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import { cancel } from '../core/jobs/end-transitions.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobEnds } from '../core/jobs/job-ends.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { requestCancel } from '../core/jobs/transitions.ts';
import { JOB_ID, ownJob } from './own-job.ts';

/** Each try loses to a claim, a deferral or an end; a job that moves on so often is near its end. */
const MAX_TRIES = 5;

export interface CancelDependencies {
  readonly jobs: Pick<JobStore, 'get' | 'update'>;
  readonly ends: Pick<JobEnds, 'write'>;
  readonly clock: Pick<Clock, 'now'>;
}

export type Cancellation =
  /** CANCELLED, or still RUNNING with `cancelRequested`, which its run sees before its next call. */
  { readonly outcome: 'accepted'; readonly job: Job } | { readonly outcome: 'ended' | 'unknown' };

/**
 * Cancels a job that nobody runs at once, and asks the run of any other to stop. A second request
 * finds a cancelled job ended, like every other end.
 */
export async function cancelJob(
  { jobs, ends, clock }: CancelDependencies,
  tenant: string,
  jobId: string,
): Promise<Cancellation> {
  if (!JOB_ID.test(jobId)) return { outcome: 'unknown' };
  let row = await jobs.get(jobId);
  for (let tries = 0; tries < MAX_TRIES; tries++) {
    const now = clock.now();
    const job = ownJob(row, tenant, now);
    if (!job) return { outcome: 'unknown' };
    if (hasEnded(job.status)) return { outcome: 'ended' };
    const isHeld = (job.leaseUntil ?? 0) > now;
    if (isHeld && job.cancelRequested) return { outcome: 'accepted', job };

    const updated = isHeld
      ? await jobs.update(jobId, requestCancel(job))
      : await ends.write(jobId, cancel(job, now));
    if (updated.applied) return { outcome: 'accepted', job: updated.job };
    // The row that refused, as it is by then: claimed, deferred or ended in between.
    row = updated.current;
  }
  throw new Error(`job changed ${MAX_TRIES} times while it was being cancelled`);
}
