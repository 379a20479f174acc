import type { Settings } from '../contract/policy.ts';
import { encodeMessage, type JobMessage, parseMessage } from '../contract/schemas/message.ts';
import type { Clock, Random } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import { cancel, deadLetter, expire } from '../core/jobs/end-transitions.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobEnds } from '../core/jobs/job-ends.ts';
import type { JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import { type Refusal, refusal } from '../core/jobs/refusal.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import type { RowUpdate } from '../core/jobs/row-update.ts';
import { claim } from '../core/jobs/transitions.ts';
import type { Router } from '../core/router/router.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { runJob } from './run-job.ts';

export interface WorkDependencies {
  readonly jobs: JobStore;
  readonly ends: Pick<JobEnds, 'write' | 'publish'>;
  readonly queue: Pick<JobQueue, 'send' | 'deadLetter'>;
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
  const { queue, log } = dependencies;
  const parsed = parseMessage(body);
  if (!parsed.readable) {
    log.warn('message parked: not readable', { reason: parsed.reason });
    await queue.deadLetter(body, parsed.reason);
    return;
  }
  try {
    await claimAndRun(dependencies, invocation, parsed.message);
  } catch (error) {
    const { jobId } = parsed.message;
    log.error('message failed, left to come back', { jobId, error: errorName(error) });
    throw error;
  }
}

async function claimAndRun(
  dependencies: WorkDependencies,
  invocation: Invocation,
  message: JobMessage,
): Promise<void> {
  const { jobs, clock, newId } = dependencies;
  const { settings } = invocation;
  const now = clock.now();
  const change = claim(message.generation, newId(), now, settings);
  const claimed = await jobs.update(message.jobId, change);
  if (claimed.applied) return runJob(dependencies, invocation, claimed.job);
  if (!claimed.current) return;
  const reason = refusal(claimed.current, message.generation, now, settings.jobs.maxAttempts);
  await turnAway(dependencies, claimed.current, reason, now);
}

async function turnAway(
  dependencies: WorkDependencies,
  job: Job,
  reason: Refusal,
  now: number,
): Promise<void> {
  const { ends, queue, log } = dependencies;
  const park = () => queue.deadLetter(encodeMessage(job), CLAIMS_EXHAUSTED);
  const end = async (change: RowUpdate): Promise<void> => {
    await ends.write(job.jobId, change);
  };
  switch (reason) {
    case 'stale':
      return;
    case 'unpublished':
      await ends.publish(job);
      return;
    case 'cancelled':
      return end(cancel(job, now));
    case 'expired':
      return end(expire(job, now));
    case 'exhausted':
      log.warn('job dead-lettered', { jobId: job.jobId, claims: job.claims });
      await end(deadLetter(job, claimsExhausted(job), now));
      return park();
    case 'dead-lettered':
      return park();
    default:
      return reason satisfies never;
  }
}

const CLAIMS_EXHAUSTED = 'claims-exhausted';

function claimsExhausted({ claims }: Job) {
  const type = `urn:holdfast:problem:${CLAIMS_EXHAUSTED}`;
  return { type, title: `The job broke off in each of ${claims} runs` };
}
