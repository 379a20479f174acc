import type { AdminJob } from '../contract/schemas/admin-jobs.ts';
import type { Job } from '../core/jobs/job.ts';
import { isUnfit } from '../core/router/run-result.ts';
import { viewJob } from '../http/job-view.ts';

/** The job as operators see it, in the list and alone, without its content. */
export function viewAdminJob(job: Job): AdminJob {
  const { tenant, redrives, deferrals } = job;
  return { ...viewJob(job), tenant, redrives, deferrals, waitsFor: waitsFor(job) };
}

/** The row keeps the skips of the last run only, so all skips in it are of that run. */
function waitsFor({ status, attempts }: Job): AdminJob['waitsFor'] {
  if (status !== 'DEFERRED') return undefined;
  const targets = attempts.flatMap(({ target, outcome, reason = '' }) =>
    outcome === 'skipped' && !isUnfit(reason) ? { target, reason } : [],
  );
  return targets.length > 0 ? targets : undefined;
}
