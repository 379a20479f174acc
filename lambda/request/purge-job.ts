import { JOB_ID } from '../contract/keys.ts';
import { hasEnded } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import { beginPurge, purged } from '../core/jobs/end-transitions.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import { ownJob } from '../http/job-view.ts';

export interface PurgeDependencies {
  readonly jobs: Pick<JobStore, 'get' | 'update'>;
  readonly results: Pick<ResultStore, 'purge'>;
  readonly clock: Pick<Clock, 'now'>;
}

export type Purge =
  | { readonly outcome: 'purged'; readonly job: Job }
  | { readonly outcome: 'not-ended' | 'unknown' };

/**
 * Deletes the prompt, the files, the answer and the error's detail of an ended job; its row stays. The
 * row is marked first, so that a redrive cannot start the job in the meantime. A purge that was
 * interrupted is completed by the next one, which deletes again all that it finds.
 */
export async function purgeJob(
  { jobs, results, clock }: PurgeDependencies,
  tenant: string,
  jobId: string,
): Promise<Purge> {
  if (!JOB_ID.test(jobId)) return { outcome: 'unknown' };
  const job = ownJob(await jobs.get(jobId), tenant, clock.now());
  if (!job) return { outcome: 'unknown' };
  if (!hasEnded(job.status)) return { outcome: 'not-ended' };
  const isDone = job.purge === 'done';
  if (!isDone && !(await jobs.update(jobId, beginPurge(job))).applied) {
    // A redrive was faster.
    return { outcome: 'not-ended' };
  }
  await results.purge(jobId);
  if (isDone) return { outcome: 'purged', job };
  const updated = await jobs.update(jobId, purged(job));
  if (!updated.applied) throw new Error('the row of the purged job is gone');
  return { outcome: 'purged', job: updated.job };
}
