import type { Job } from '../core/jobs/job.ts';

/** As `newId` makes them; what looks otherwise is not worth a question to the table. */
export const JOB_ID = /^[0-9a-f]{32}$/;

/**
 * The row, if this tenant may know of it. A row past its time is gone, though DynamoDB deletes it
 * when it gets to it, days later at times.
 */
export function ownJob(job: Job | undefined, tenant: string, now: number): Job | undefined {
  return job?.tenant === tenant && job.expiresAt * 1000 > now ? job : undefined;
}
