import { JOB_ID } from '../contract/keys.ts';
import type { JobView } from '../contract/schemas/job-views.ts';
import { hasEnded } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import { ownJob, viewJob } from '../http/job-view.ts';

/**
 * The largest answer that a response contains. A larger answer is returned only as a link, because
 * Lambda limits a response to 6 MB.
 */
const INLINE_BYTES = 256 * 1024;

/**
 * The time between two reads during `wait`. It is short at first, because most answers take
 * seconds.
 */
const SHORTEST_GAP_MS = 100;
const LONGEST_GAP_MS = 1000;
const GAP_GROWTH = 1.5;

export interface GetJobDependencies {
  readonly jobs: Pick<JobStore, 'get'>;
  readonly results: Pick<ResultStore, 'getAnswer' | 'answerUrl'>;
  readonly clock: Clock;
}

export interface FoundJob {
  readonly job: Job;
  /** The job as its owner sees it, including the answer. */
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
  untilMs: number,
): Promise<FoundJob | undefined> {
  if (!JOB_ID.test(jobId)) return undefined;
  const job = await awaitEnd(dependencies, tenant, jobId, untilMs);
  if (!job) return undefined;
  return { job, view: { ...viewJob(job), ...(await viewResult(dependencies.results, job)) } };
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

async function viewResult(
  results: GetJobDependencies['results'],
  { jobId, status, claimToken, resultBytes }: Job,
): Promise<Pick<JobView, 'result' | 'resultUrl'>> {
  if (status !== 'SUCCEEDED' || claimToken === undefined || resultBytes === undefined) return {};
  const name = { jobId, claimToken };
  const [answer, resultUrl] = await Promise.all([
    resultBytes <= INLINE_BYTES ? results.getAnswer(name) : undefined,
    results.answerUrl(name),
  ]);
  return { result: answer && { text: answer.text, stopReason: answer.stopReason }, resultUrl };
}
