import { JOB_ID } from '../contract/keys.ts';
import type { JobPolicy } from '../contract/policy.ts';
import type { JobView } from '../contract/schemas/job-views.ts';
import { hasEnded } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { type AnswerDependencies, viewAnswered } from '../http/answered-job.ts';
import { ownJob } from '../http/job-view.ts';

/**
 * The time between two reads during `wait`. It is short at first, because most answers take
 * seconds.
 */
const SHORTEST_GAP_MS = 100;
const LONGEST_GAP_MS = 1000;
const GAP_GROWTH = 1.5;

export interface GetJobDependencies extends AnswerDependencies {
  readonly jobs: Pick<JobStore, 'get'>;
  readonly clock: Clock;
}

export interface FoundJob {
  readonly job: Job;
  /** The job as its owner sees it, including the answer, or what a model said against the job. */
  readonly view: JobView;
}

/**
 * Waits until the job has ended, but no longer than `untilMs`, and returns the job. Returns
 * undefined if there is no such job or it belongs to another tenant.
 */
export async function getJob(
  dependencies: GetJobDependencies,
  tenant: string,
  jobId: string,
  policy: JobPolicy,
  untilMs: number,
): Promise<FoundJob | undefined> {
  if (!JOB_ID.test(jobId)) return undefined;
  const job = await awaitEnd(dependencies, tenant, jobId, untilMs);
  if (!job) return undefined;
  return { job, view: await viewAnswered(dependencies, job, policy) };
}

/**
 * Waits for the job to end, and reads only its row. `getJob` reads the answer once, after the wait.
 */
async function awaitEnd(
  { jobs, clock }: GetJobDependencies,
  tenant: string,
  jobId: string,
  untilMs: number,
): Promise<Job | undefined> {
  for (let gapMs = SHORTEST_GAP_MS; ; gapMs = Math.min(gapMs * GAP_GROWTH, LONGEST_GAP_MS)) {
    const job = ownJob(await jobs.get(jobId), tenant, clock.now());
    const leftMs = untilMs - clock.now();
    if (!job || hasEnded(job.status) || leftMs <= 0) return job;
    await clock.sleep(Math.min(gapMs, leftMs));
  }
}
