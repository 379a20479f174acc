import { hasEnded } from '../contract/words.ts';
import type { Clock } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';

/** A larger answer is fetched by its link; Lambda itself could return 6 MB. */
const INLINE_BYTES = 256 * 1024;

const JOB_ID = /^[0-9a-f]{32}$/;

export interface GetJobDependencies {
  readonly jobs: JobStore;
  readonly results: ResultStore;
  readonly clock: Clock;
}

export interface FoundJob {
  readonly job: Job;
  /** The job as its owner sees it. */
  readonly view: ReturnType<typeof viewJob> & Awaited<ReturnType<typeof viewResult>>;
}

/** Undefined for a job that is not the tenant's, as for none at all. */
export async function getJob(
  { jobs, results, clock }: GetJobDependencies,
  tenant: string,
  jobId: string,
): Promise<FoundJob | undefined> {
  if (!JOB_ID.test(jobId)) return undefined;
  const job = await jobs.get(jobId);
  if (job?.tenant !== tenant || isPastTtl(job, clock.now())) return undefined;
  return { job, view: { ...viewJob(job), ...(await viewResult(results, job)) } };
}

/** All but the answer itself. Times in ISO 8601 UTC. */
function viewJob(job: Job) {
  const { jobId, status, metadata, attempts, error } = job;
  const { servedBy, tier, degraded, degradedBy, truncated, usage, costUsd } = job;
  return {
    jobId,
    status,
    createdAt: iso(job.createdAt),
    completedAt: iso(job.completedAt),
    deadlineAt: iso(job.deadlineAt),
    nextAttemptAt: status === 'DEFERRED' ? iso(job.nextAttemptAt) : undefined,
    metadata,
    attempts,
    ...{ servedBy, tier, degraded, degradedBy, truncated, usage, costUsd },
    error: error && { type: error.type, title: error.title, retryAt: iso(error.retryAt) },
  };
}

/** Whole seconds until it is worth asking again; undefined once the job has ended. */
export function retryAfterSeconds(job: Job, now: number): number | undefined {
  if (hasEnded(job.status)) return undefined;
  const waitMs = job.status === 'DEFERRED' ? (job.nextAttemptAt ?? now) - now : 0;
  return Math.max(1, Math.ceil(waitMs / 1000));
}

/** DynamoDB deletes such a row when it gets to it, days later at times. */
function isPastTtl(job: Job, now: number): boolean {
  return job.expiresAt * 1000 <= now;
}

async function viewResult(results: ResultStore, { jobId, status, claimToken, resultBytes }: Job) {
  if (status !== 'SUCCEEDED' || claimToken === undefined || resultBytes === undefined) return {};
  const name = { jobId, claimToken };
  const [answer, resultUrl] = await Promise.all([
    resultBytes <= INLINE_BYTES ? results.getAnswer(name) : undefined,
    results.answerUrl(name),
  ]);
  return { result: answer && { text: answer.text, stopReason: answer.stopReason }, resultUrl };
}

function iso(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : new Date(timeMs).toISOString();
}
