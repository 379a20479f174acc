import { JOB_ID } from '../contract/keys.ts';
import { type JobPolicy, keptDays } from '../contract/policy.ts';
import type { JobView } from '../contract/schemas/job-views.ts';
import { hasEnded } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import type { Answer } from '../core/router/run-result.ts';
import { ownJob, shownUsage, viewJob } from '../http/job-view.ts';

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
  readonly results: Pick<ResultStore, 'getAnswer' | 'getErrorDetail' | 'answerUrl'>;
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
  const view = viewJob(job);
  const result = await viewResult(dependencies, job, policy);
  const error = await viewError(dependencies, job, view.error);
  return { job, view: { ...view, ...result, ...error } };
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

/**
 * Returns the answer, or a link to a long one. A deploy that lowers `retentionDays` deletes objects
 * that rows still name, so the object may be gone.
 */
async function viewResult(
  { results, clock }: GetJobDependencies,
  { jobId, claimToken, resultBytes, completedAt = 0, purge }: Job,
  policy: JobPolicy,
): Promise<Pick<JobView, 'result' | 'resultUrl' | 'resultGone'>> {
  if (purge || claimToken === undefined || resultBytes === undefined) return {};
  const name = { jobId, claimToken };
  const isInline = resultBytes <= INLINE_BYTES;
  const answer = isInline ? await results.getAnswer(name) : undefined;
  const isExpired = clock.now() >= completedAt + keptDays(policy) * DAY_MS;
  if (isInline ? !answer : isExpired) return { resultGone: true };
  const resultUrl = await results.answerUrl(name);
  return { result: answer && shownAnswer(answer), resultUrl };
}

/** Returns the answer as Converse gives it, and its text. */
function shownAnswer(answer: Answer): JobView['result'] {
  const { output, stopReason, usage, trace, additionalModelResponseFields, text } = answer;
  return {
    output,
    stopReason,
    usage: shownUsage(usage),
    trace,
    additionalModelResponseFields,
    text,
  };
}

/** Returns the error with what the model said. That text may be gone, like an answer. */
async function viewError(
  { results }: GetJobDependencies,
  { jobId, claimToken, error: stored, purge }: Job,
  error: JobView['error'],
): Promise<Pick<JobView, 'error'>> {
  if (purge || !error || !stored?.hasDetail || claimToken === undefined) return {};
  return { error: { ...error, detail: await results.getErrorDetail({ jobId, claimToken }) } };
}

const DAY_MS = 86_400_000;
