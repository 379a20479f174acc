import type { Attempt } from '../router/run-result.ts';
import { withRun } from './attempts.ts';
import type { Job } from './job.ts';

/** The attempts of the run that has just ended, oldest first. */
export type RunRecord = readonly Attempt[];

/** Returns the row's fields that record the run: the job's history and its budget. */
export function recordOf(job: Job, run: RunRecord): Pick<Job, 'attempts' | 'failedCalls'> {
  const charged = run.filter((attempt) => attempt.charged).length;
  return { attempts: withRun(job.attempts, run), failedCalls: job.failedCalls + charged };
}
