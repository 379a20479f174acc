import { METRIC, type MetricName } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import { parseMessage } from '../contract/schemas/message.ts';
import type { Clock, Random } from '../core/clock.ts';
import type { Change } from '../core/jobs/change.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { refusal } from '../core/jobs/refusal.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import { cancel, claim, deadLetter, expire } from '../core/jobs/transitions.ts';
import type { Router } from '../core/router/router.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { runJob } from './run-job.ts';

export interface WorkDependencies {
  readonly jobs: JobStore;
  readonly queue: JobQueue;
  readonly results: ResultStore;
  readonly router: Router;
  readonly clock: Pick<Clock, 'now'>;
  readonly random: Random;
  /** 32 hexadecimal digits, never the same twice. */
  readonly newId: () => string;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Invocation {
  readonly settings: Settings;
  /** When the function is stopped. */
  readonly endsAtMs: number;
}

/**
 * Carries one message to its end; once this resolves the message can be deleted. It throws only
 * when infrastructure breaks: then the message comes back, and the sweeper frees the job.
 */
export async function work(
  dependencies: WorkDependencies,
  invocation: Invocation,
  body: string,
): Promise<void> {
  const { jobs, queue, clock, newId, log } = dependencies;
  const parsed = parseMessage(body);
  if (!parsed.readable) {
    log.warn('message parked: not readable', { reason: parsed.reason });
    await queue.deadLetter(body, parsed.reason);
    return;
  }
  const { jobId, generation } = parsed.message;
  const now = clock.now();
  const claimed = await jobs.update(jobId, claim(generation, newId(), now, invocation.settings));
  if (claimed.applied) return runJob(dependencies, invocation, claimed.job);
  if (claimed.current) {
    const { maxAttempts } = invocation.settings.jobs;
    const message = { body, generation, now, maxAttempts };
    await turnAway(dependencies, claimed.current, message);
  }
}

interface Refused {
  readonly body: string;
  readonly generation: number;
  readonly now: number;
  readonly maxAttempts: number;
}

async function turnAway(
  dependencies: WorkDependencies,
  job: Job,
  { body, generation, now, maxAttempts }: Refused,
): Promise<void> {
  const { jobs, queue, log, metrics } = dependencies;
  const end = async (change: Change, metric?: MetricName) => {
    const { applied } = await jobs.update(job.jobId, change);
    if (applied && metric) metrics.count(metric);
  };
  const reason = refusal(job, generation, now, maxAttempts);
  switch (reason) {
    case 'stale':
      return;
    case 'cancelled':
      return end(cancel(job, now));
    case 'expired':
      return end(expire(job, now), METRIC.jobsExpired);
    case 'exhausted':
      log.warn('job dead-lettered', { jobId: job.jobId, claims: job.claims });
      await end(deadLetter(job, claimsExhausted(job), now), METRIC.jobsDeadLettered);
      return queue.deadLetter(body, CLAIMS_EXHAUSTED);
    case 'dead-lettered':
      return queue.deadLetter(body, CLAIMS_EXHAUSTED);
    default:
      return reason satisfies never;
  }
}

const CLAIMS_EXHAUSTED = 'claims-exhausted';

function claimsExhausted({ claims }: Job) {
  const type = `urn:holdfast:problem:${CLAIMS_EXHAUSTED}`;
  return { type, title: `The job broke off in each of ${claims} runs` };
}
