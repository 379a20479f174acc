import { METRIC } from '../contract/metrics.ts';
import { PROBLEM } from '../contract/problems.ts';
import { withRun } from '../core/jobs/attempts.ts';
import { dispatch } from '../core/jobs/dispatch.ts';
import { cancel, cancelMine, fail, succeed } from '../core/jobs/end-transitions.ts';
import type { Job } from '../core/jobs/job.ts';
import { nextAttemptAt } from '../core/jobs/retry-time.ts';
import type { RowUpdate } from '../core/jobs/row-update.ts';
import { defer, release } from '../core/jobs/transitions.ts';
import type { Answer, Attempt, RunResult } from '../core/router/run-result.ts';
import { keepLease } from './keep-lease.ts';
import type { Invocation, WorkDependencies } from './work.ts';

/**
 * Runs a claimed job and writes down how it went. Every write is fenced by the claim: once the job
 * is someone else's, whatever this run still brings is thrown away.
 */
export async function runJob(
  dependencies: WorkDependencies,
  invocation: Invocation,
  job: Job,
): Promise<void> {
  const { results, router } = dependencies;
  const conversation = await results.getPrompt(job);
  if (!conversation) {
    return finish(dependencies, job, fail(job, PROMPT_GONE, job.attempts, now(dependencies)));
  }
  const { jobId, whenOpen, minTier, regions, deferrals } = job;
  const run = await router.run({
    ...{ jobId, conversation, whenOpen, minTier, regions, deferrals },
    deadlineAtMs: job.deadlineAt,
    functionEndsAtMs: invocation.endsAtMs,
    beforeCall: keepLease(dependencies, invocation.settings.breaker, job),
  });
  await conclude(dependencies, invocation, job, run);
}

async function conclude(
  dependencies: WorkDependencies,
  { settings }: Invocation,
  job: Job,
  run: RunResult,
): Promise<void> {
  const attempts = withRun(job.attempts, run.attempts);
  const { outcome } = run;
  dependencies.log.debug('job run', { jobId: job.jobId, outcome, calls: run.attempts.length });
  const at = now(dependencies);
  switch (run.outcome) {
    case 'answered':
      return store(dependencies, job, run.answer, attempts);
    case 'refused':
      return finish(dependencies, job, fail(job, run.error, attempts, at));
    case 'unavailable': {
      const error = { ...UNAVAILABLE, retryAt: run.retryAtMs };
      return finish(dependencies, job, fail(job, error, attempts, at));
    }
    case 'deferred': {
      const until = nextAttemptAt(run, at, settings.breaker, dependencies.random);
      const isWaiting = await putBack(dependencies, job, defer(job, until, attempts, at));
      if (isWaiting) recordDeferral(dependencies, job, at);
      return;
    }
    case 'out-of-time':
      await putBack(dependencies, job, release(job, attempts, at));
      return;
    case 'cancelled':
      return finish(dependencies, job, cancelMine(job, attempts, at));
    case 'lost':
      return;
    default:
      return run satisfies never;
  }
}

/** The object first, then the row that names it: a row never names what is not there. */
async function store(
  dependencies: WorkDependencies,
  job: Job,
  answer: Answer,
  attempts: readonly Attempt[],
): Promise<void> {
  const { ends, results, metrics, log } = dependencies;
  const { jobId, claimToken = '' } = job;
  const bytes = await results.putAnswer({ jobId, claimToken }, answer);
  const at = now(dependencies);
  const { applied } = await ends.write(jobId, succeed(job, answer, attempts, bytes, at));
  if (!applied) {
    metrics.count(METRIC.lateResults);
    log.warn('answer thrown away: the job is no longer this run’s', { jobId });
  }
}

async function finish({ ends }: WorkDependencies, job: Job, change: RowUpdate): Promise<void> {
  await ends.write(job.jobId, change);
}

/**
 * Row, then message; the one that brought us here is deleted only after both. Whether the job waits
 * for another run.
 */
async function putBack(
  dependencies: WorkDependencies,
  job: Job,
  change: RowUpdate,
): Promise<boolean> {
  const updated = await dependencies.jobs.update(job.jobId, change);
  if (!updated.applied) return false;
  const at = now(dependencies);
  // Nobody else would look at it before its next message.
  if (updated.job.cancelRequested) {
    await finish(dependencies, updated.job, cancel(updated.job, at));
    return false;
  }
  await dispatch(dependencies, updated.job, at);
  return true;
}

function recordDeferral(
  { metrics, log }: WorkDependencies,
  { jobId, createdAt, deferrals }: Job,
  at: number,
): void {
  metrics.count(METRIC.jobsDeferred);
  metrics.time(METRIC.deferredJobAge, at - createdAt);
  log.info('job deferred', { jobId, deferrals: deferrals + 1, ageMs: at - createdAt });
}

function now({ clock }: WorkDependencies): number {
  return clock.now();
}

const PROMPT_GONE = {
  type: 'urn:holdfast:problem:prompt-gone',
  title: 'The prompt is no longer stored',
};
const UNAVAILABLE = {
  type: PROBLEM.unavailable.type,
  title: 'No model could take the job at this moment',
};
