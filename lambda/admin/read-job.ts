import type { Conversation } from '../contract/conversation.ts';
import type { JobOptions } from '../contract/job-request.ts';
import { JOB_ID } from '../contract/keys.ts';
import type { JobPolicy } from '../contract/policy.ts';
import type { AdminJobDetail } from '../contract/schemas/admin-jobs.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import { type AnswerDependencies, viewAnswered } from '../http/answered-job.ts';
import { keptJob } from '../http/job-view.ts';
import { viewAdminJob } from './admin-job.ts';

/**
 * The largest request that a response contains, as the escaped string that Lambda returns. Lambda
 * allows 6 MB, and the answer needs up to half a megabyte of it.
 */
const MOST_REQUEST_BYTES = 5 * 1024 * 1024;

export interface ReadDependencies extends AnswerDependencies {
  readonly jobs: Pick<JobStore, 'get'>;
  readonly results: AnswerDependencies['results'] & Pick<ResultStore, 'getPrompt'>;
}

/** Returns a job of any tenant; undefined if there is none. Reads its content only if asked to. */
export async function readJob(
  dependencies: ReadDependencies,
  jobId: string,
  withContent: boolean,
  policy: JobPolicy,
): Promise<{ readonly job: Job; readonly view: AdminJobDetail } | undefined> {
  const { jobs, clock } = dependencies;
  if (!JOB_ID.test(jobId)) return undefined;
  const job = keptJob(await jobs.get(jobId), clock.now());
  if (!job) return undefined;
  const view = viewAdminJob(job);
  if (!withContent) return { job, view };
  const answered = await viewAnswered(dependencies, job, policy);
  return { job, view: { ...view, ...answered, ...(await viewRequest(dependencies, job)) } };
}

async function viewRequest(
  { results }: ReadDependencies,
  job: Job,
): Promise<Pick<AdminJobDetail, 'request' | 'requestMissing'>> {
  if (job.purge) return {};
  const conversation = await results.getPrompt(job);
  if (!conversation) return { requestMissing: 'deleted' };
  const request = { ...conversation, ...optionsOf(job) };
  return escapedBytes(request) > MOST_REQUEST_BYTES ? { requestMissing: 'too-large' } : { request };
}

function optionsOf(job: JobOptions) {
  const { chain, whenOpen, minTier, regions, priority, deadlineSeconds, metadata } = job;
  const options = { chain, whenOpen, minTier, regions, priority, deadlineSeconds, metadata };
  return options satisfies Record<keyof JobOptions, unknown>;
}

function escapedBytes(request: Conversation & JobOptions): number {
  return Buffer.byteLength(JSON.stringify(JSON.stringify(request)));
}
