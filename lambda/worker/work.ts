import { encodeMessage, type JobMessage, parseMessage } from '../contract/schemas/message.ts';
import { errorName } from '../core/error-name.ts';
import { cancel, deadLetter, expire } from '../core/jobs/end-transitions.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobEnds } from '../core/jobs/job-ends.ts';
import { claimsExhausted, deadLetterReason } from '../core/jobs/job-errors.ts';
import type { JobQueue } from '../core/jobs/job-queue.ts';
import { type Refusal, refusal } from '../core/jobs/refusal.ts';
import type { RowUpdate } from '../core/jobs/row-update.ts';
import { claim } from '../core/jobs/transitions.ts';
import { type Invocation, type RunJobDependencies, runJob } from './run-job.ts';

export interface WorkDependencies extends RunJobDependencies {
  readonly ends: Pick<JobEnds, 'write'>;
  readonly queue: Pick<JobQueue, 'send' | 'deadLetter'>;
  /** Returns 32 hexadecimal digits, never the same twice. */
  readonly newId: () => string;
}

/**
 * Handles one message. Once the promise resolves, SQS may delete the message. The promise rejects
 * only if infrastructure is broken: SQS then redelivers the message, and the sweeper requeues the
 * job.
 */
export async function work(
  dependencies: WorkDependencies,
  invocation: Invocation,
  body: string,
): Promise<void> {
  const { queue, log } = dependencies;
  const parsed = parseMessage(body);
  if (!parsed.readable) {
    log.warn('message dead-lettered: not readable', { reason: parsed.reason });
    await queue.deadLetter(body, parsed.reason);
    return;
  }
  try {
    await claimAndRun(dependencies, invocation, parsed.message);
  } catch (error) {
    const { jobId } = parsed.message;
    log.error('message failed; SQS will redeliver it', { jobId, error: errorName(error) });
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
  const update = claim(message.generation, newId(), now, settings);
  const claimed = await jobs.update(message.jobId, update);
  if (claimed.applied) return runJob(dependencies, invocation, claimed.job);
  if (!claimed.current) return;
  const reason = refusal(claimed.current, message.generation, now, settings.jobs.maxAttempts);
  await handleRefusal(dependencies, claimed.current, reason, now);
}

async function handleRefusal(
  { ends, queue, log }: WorkDependencies,
  job: Job,
  reason: Refusal,
  now: number,
): Promise<void> {
  const { jobId, claims } = job;
  const exhausted = claimsExhausted(claims);
  const moveToDeadLetters = ({ error = exhausted }: Pick<Job, 'error'>) =>
    queue.deadLetter(encodeMessage(job), deadLetterReason(error), job.tenant);
  const end = async (update: RowUpdate): Promise<void> => {
    await ends.write(jobId, update);
  };
  const deadLetterJob = async (): Promise<void> => {
    const { applied } = await ends.write(jobId, deadLetter(job, exhausted, now));
    if (!applied) return;
    log.warn('job dead-lettered', { jobId, claims });
    await moveToDeadLetters({});
  };
  switch (reason) {
    case 'stale':
      return;
    case 'cancelled':
      return end(cancel(job, now));
    case 'expired':
      return end(expire(job, now));
    case 'exhausted':
      return deadLetterJob();
    case 'dead-lettered':
      return moveToDeadLetters(job);
    default:
      return reason satisfies never;
  }
}
