import type { Conversation } from '../contract/conversation.ts';
import { METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import { encodeMessage } from '../contract/schemas/message.ts';
import type { Clock, Random } from '../core/clock.ts';
import { cancel, cancelRun, fail, giveUp, succeed } from '../core/jobs/end-transitions.ts';
import type { Job } from '../core/jobs/job.ts';
import type { JobEnds } from '../core/jobs/job-ends.ts';
import { deadLetterReason, NO_ANSWER, PROMPT_GONE, UNAVAILABLE } from '../core/jobs/job-errors.ts';
import { dispatch, type JobQueue } from '../core/jobs/job-queue.ts';
import type { JobStore } from '../core/jobs/job-store.ts';
import type { MemoryBudget } from '../core/jobs/memory-budget.ts';
import type { ResultStore } from '../core/jobs/result-store.ts';
import { earliestRetryAt, nextAttemptAt } from '../core/jobs/retry-time.ts';
import type { RowUpdate } from '../core/jobs/row-update.ts';
import { NO_ATTEMPT, type RunRecord } from '../core/jobs/run-record.ts';
import { defer, release } from '../core/jobs/transitions.ts';
import type { Router } from '../core/router/router.ts';
import type { Answer, RunResult } from '../core/router/run-result.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { leaseOf } from './lease.ts';
import { loadConversation } from './load-conversation.ts';

export interface RunJobDependencies {
  readonly jobs: Pick<JobStore, 'update'>;
  readonly ends: Pick<JobEnds, 'write'>;
  readonly queue: Pick<JobQueue, 'send' | 'deadLetter'>;
  readonly results: Pick<ResultStore, 'getPrompt' | 'getFile' | 'putAnswer' | 'putErrorDetail'>;
  /** The memory that the jobs of this sandbox share. */
  readonly memory: MemoryBudget;
  readonly router: Router;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly metrics: Metrics;
}

export interface Invocation {
  readonly settings: Settings;
  /** The time at which Lambda stops the function. */
  readonly endsAtMs: number;
}

/**
 * Runs a claimed job and writes its result to the row. The row accepts writes only from the run
 * that holds the claim: once another run holds it, this run's result is discarded.
 *
 * A job for which the sandbox has no room goes back to the queue at once, and keeps its claim. This
 * sandbox takes no message before its batch ends, so another one gets the job.
 */
export async function runJob(
  dependencies: RunJobDependencies,
  invocation: Invocation,
  job: Job,
): Promise<void> {
  const { results, ends, clock, memory, log } = dependencies;
  const leave = memory.take(job.inputBytes);
  if (!leave) {
    log.info('job sent back: its sandbox has no room', { jobId: job.jobId, bytes: job.inputBytes });
    await putBack(dependencies, job, release(job, NO_ATTEMPT, clock.now()));
    return;
  }
  try {
    const conversation = await loadConversation(results, job);
    if (conversation) await runConversation(dependencies, invocation, job, conversation);
    else await ends.write(job.jobId, fail(job, PROMPT_GONE, NO_ATTEMPT, clock.now()));
  } finally {
    leave();
  }
}

async function runConversation(
  dependencies: RunJobDependencies,
  invocation: Invocation,
  job: Job,
  conversation: Conversation,
): Promise<void> {
  const { router } = dependencies;
  const run = await router.run({
    ...job,
    conversation,
    deadlineAtMs: job.deadlineAt,
    functionEndsAtMs: invocation.endsAtMs,
    lease: leaseOf(dependencies, invocation.settings.breaker, job),
  });
  await conclude(dependencies, invocation, job, run);
}

async function conclude(
  dependencies: RunJobDependencies,
  { settings }: Invocation,
  job: Job,
  run: RunResult,
): Promise<void> {
  const { clock, random, log } = dependencies;
  const now = clock.now();
  const end = async (update: RowUpdate): Promise<void> => {
    await dependencies.ends.write(job.jobId, update);
  };
  log.debug('run finished', { jobId: job.jobId, outcome: run.outcome, calls: run.attempts.length });
  switch (run.outcome) {
    case 'answered':
      return store(dependencies, job, run.answer, run);
    case 'refused':
      return refuse(dependencies, job, run);
    case 'unavailable': {
      const unserved = { job, unserved: run.unserved, endedAt: now };
      const retryAt = earliestRetryAt(unserved, settings, random);
      return end(fail(job, { ...UNAVAILABLE, retryAt }, run, now));
    }
    case 'deferred': {
      const unserved = { job, unserved: run.unserved, endedAt: now };
      const nextAt = nextAttemptAt(unserved, settings, random);
      const isWaiting = await putBack(dependencies, job, defer(job, nextAt, run, now));
      if (isWaiting) recordDeferral(dependencies, job, now, nextAt);
      return;
    }
    case 'no-answer':
      return deadLetterJob(dependencies, job, run);
    case 'out-of-time':
      await putBack(dependencies, job, release(job, run, now));
      return;
    case 'cancelled':
      return end(cancelRun(job, run, now));
    case 'lost':
      return;
    default:
      return run satisfies never;
  }
}

/** Writes the answer before the row that names it, so that a row never names a missing object. */
async function store(
  { ends, results, clock, metrics, log }: RunJobDependencies,
  job: Job,
  answer: Answer,
  run: RunRecord,
): Promise<void> {
  const { jobId, claimToken = '' } = job;
  const bytes = await results.putAnswer({ jobId, claimToken }, answer);
  const success = succeed(job, answer, run, bytes, clock.now());
  const { applied } = await ends.write(jobId, success);
  if (!applied) {
    metrics.count(METRIC.lateResults);
    log.warn('answer discarded: the job belongs to another run', { jobId });
  }
}

/** Writes what the model said before the row that says that it is stored. */
async function refuse(
  { ends, results, clock }: RunJobDependencies,
  job: Job,
  { error, detail, ...run }: Extract<RunResult, { readonly outcome: 'refused' }>,
): Promise<void> {
  const { jobId, claimToken = '' } = job;
  if (detail !== undefined) await results.putErrorDetail({ jobId, claimToken }, detail);
  const reason = detail === undefined ? error : { ...error, hasDetail: true as const };
  await ends.write(jobId, fail(job, reason, run, clock.now()));
}

/** Ends the job before its dead letter is sent, so that a redrive always finds an ended job. */
async function deadLetterJob(
  { ends, queue, clock, log }: RunJobDependencies,
  job: Job,
  run: RunRecord,
): Promise<void> {
  const { jobId } = job;
  const { applied } = await ends.write(jobId, giveUp(job, run, clock.now()));
  if (!applied) return;
  log.warn('job dead-lettered: its failed calls are used up', { jobId });
  await queue.deadLetter(encodeMessage(job), deadLetterReason(NO_ANSWER), job.tenant);
}

/**
 * Updates the row, then sends the job's next message; SQS deletes the current message only after
 * both. Returns true if the job now waits for another run.
 */
async function putBack(
  dependencies: RunJobDependencies,
  job: Job,
  update: RowUpdate,
): Promise<boolean> {
  const { jobs, ends, clock } = dependencies;
  const updated = await jobs.update(job.jobId, update);
  if (!updated.applied) return false;
  const now = clock.now();
  // Without this check, the cancel would take effect only when the next message arrives.
  if (updated.job.cancelRequested) {
    await ends.write(job.jobId, cancel(updated.job, now));
    return false;
  }
  await dispatch(dependencies, updated.job, now);
  return true;
}

function recordDeferral(
  { metrics, log }: RunJobDependencies,
  { jobId, createdAt, deferrals }: Job,
  now: number,
  untilMs: number,
): void {
  metrics.count(METRIC.jobsDeferred);
  metrics.time(METRIC.deferredJobAge, now - createdAt);
  log.info('job deferred', { jobId, untilMs, deferrals: deferrals + 1, ageMs: now - createdAt });
}
