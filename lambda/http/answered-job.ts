import { type JobPolicy, keptDays } from '../contract/policy.ts';
import type { JobView } from '../contract/schemas/job-views.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import type { Answer } from '../core/router/run-result.ts';
import { shownUsage, viewJob } from './job-view.ts';

/**
 * The largest answer that a response contains. A larger answer is returned only as a link, because
 * Lambda limits a response to 6 MB.
 */
const INLINE_BYTES = 256 * 1024;

export interface AnswerDependencies {
  readonly results: Pick<ResultStore, 'getAnswer' | 'getErrorDetail' | 'answerUrl'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** The job as its owner sees it, including the answer, or what a model said against the job. */
export async function viewAnswered(
  dependencies: AnswerDependencies,
  job: Job,
  policy: JobPolicy,
): Promise<JobView> {
  const view = viewJob(job);
  const result = await viewResult(dependencies, job, policy);
  const error = await viewError(dependencies, job, view.error);
  return { ...view, ...result, ...error };
}

/**
 * Returns the answer, or a link to a long one. A deploy that lowers `retentionDays` deletes objects
 * that rows still name, so the object may be gone.
 */
async function viewResult(
  { results, clock }: AnswerDependencies,
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
  { results }: AnswerDependencies,
  { jobId, claimToken, error: stored, purge }: Job,
  error: JobView['error'],
): Promise<Pick<JobView, 'error'>> {
  if (purge || !error || !stored?.hasDetail || claimToken === undefined) return {};
  return { error: { ...error, detail: await results.getErrorDetail({ jobId, claimToken }) } };
}

const DAY_MS = 86_400_000;
