import { withCharged } from '../router/charges.ts';
import type { RunResult } from '../router/run-result.ts';
import { withRun } from './attempts.ts';
import type { Job } from './job.ts';

/** The facts about an ended run that the job's row keeps. */
export type RunRecord = Pick<RunResult, 'attempts' | 'chargedEarlier'>;

/** The record of a run that made no attempt. */
export const NO_ATTEMPT: RunRecord = { attempts: [] };

/** Returns the row's fields that record the run: the job's history and its budget. */
export function recordOf(job: Job, run: RunRecord): Pick<Job, 'attempts' | 'failedCalls'> {
  const { attempts, chargedEarlier = 0 } = run;
  const charged = attempts.filter((attempt) => attempt.charged).length;
  return {
    attempts: withRun(withCharged(job.attempts, chargedEarlier), attempts),
    failedCalls: job.failedCalls + charged + chargedEarlier,
  };
}
