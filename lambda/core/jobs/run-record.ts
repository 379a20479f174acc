import { withCharged } from '../router/charges.ts';
import type { RunResult } from '../router/run-result.ts';
import { withRun } from './attempts.ts';
import type { Job } from './job.ts';

/** The facts about an ended run that the job's row keeps. */
export type RunRecord = Pick<RunResult, 'attempts' | 'chargedEarlier' | 'refusedTargets'>;

/** The record of a run that made no attempt. */
export const NO_ATTEMPT: RunRecord = { attempts: [] };

/** Returns the row's fields that record the run: the job's history, its budget and its refusals. */
export function recordOf(
  job: Job,
  run: RunRecord,
): Pick<Job, 'attempts' | 'failedCalls' | 'refusedTargets'> {
  const { attempts, chargedEarlier = 0, refusedTargets = [] } = run;
  const charged = attempts.filter((attempt) => attempt.charged).length;
  return {
    attempts: withRun(withCharged(job.attempts, chargedEarlier), attempts),
    failedCalls: job.failedCalls + charged + chargedEarlier,
    ...(refusedTargets.length > 0 && {
      refusedTargets: [...(job.refusedTargets ?? []), ...refusedTargets],
    }),
  };
}
