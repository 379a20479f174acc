import type { JobView } from '../contract/schemas/job-views.ts';
import { hasEnded } from '../contract/words.ts';
import { isoTime } from '../core/clock.ts';
import type { Job } from '../core/jobs/job.ts';
import type { Usage } from '../core/router/model-client.ts';

/**
 * Returns the job if it has not expired. DynamoDB may delete an expired row only days later, so the
 * time is checked here.
 */
export function keptJob(job: Job | undefined, now: number): Job | undefined {
  return job && job.expiresAt * 1000 > now ? job : undefined;
}

/** Returns the job if it belongs to this tenant and has not expired. */
export function ownJob(job: Job | undefined, tenant: string, now: number): Job | undefined {
  return job?.tenant === tenant ? keptJob(job, now) : undefined;
}

/** The job as its owner sees it, without the answer. */
export function viewJob(job: Job): JobView {
  const { jobId, status, chain, metadata, attempts, error } = job;
  const { servedBy, tier, degraded, degradedBy, truncated, usage, costUsd } = job;
  return {
    jobId,
    status,
    chain,
    ...shownTimes(job),
    deadlineAt: isoTime(job.deadlineAt),
    cancelRequested: hasEnded(status) ? undefined : job.cancelRequested,
    metadata,
    attempts: attempts.map((attempt) => ({ ...attempt, at: isoTime(attempt.at) })),
    servedBy,
    tier,
    degraded,
    degradedBy,
    truncated,
    usage: usage && shownUsage(usage),
    costUsd,
    purge: job.purge,
    error: error && { type: error.type, title: error.title, retryAt: isoOf(error.retryAt) },
  };
}

/** Returns a usage with the total, as Converse reports it. */
export function shownUsage(usage: Usage): Usage & { readonly totalTokens: number } {
  const { inputTokens, outputTokens, cacheReadInputTokens = 0, cacheWriteInputTokens = 0 } = usage;
  const totalTokens = inputTokens + outputTokens + cacheReadInputTokens + cacheWriteInputTokens;
  return { ...usage, totalTokens };
}

/** The job's times in ISO 8601, UTC. */
export function shownTimes({
  status,
  createdAt,
  completedAt,
  nextAttemptAt,
}: Pick<Job, 'status' | 'createdAt' | 'completedAt' | 'nextAttemptAt'>) {
  return {
    createdAt: isoTime(createdAt),
    completedAt: isoOf(completedAt),
    nextAttemptAt: status === 'DEFERRED' ? isoOf(nextAttemptAt) : undefined,
  };
}

/**
 * Returns the header that asks the caller to poll again after whole seconds; no header once the job
 * has ended.
 */
export function retryAfter(
  { status, nextAttemptAt = 0 }: Pick<Job, 'status' | 'nextAttemptAt'>,
  now: number,
): { readonly 'retry-after'?: string } {
  if (hasEnded(status)) return {};
  const waitMs = status === 'DEFERRED' ? nextAttemptAt - now : 0;
  return { 'retry-after': String(Math.max(1, Math.ceil(waitMs / 1000))) };
}

function isoOf(timeMs: number | undefined): string | undefined {
  return timeMs === undefined ? undefined : isoTime(timeMs);
}
