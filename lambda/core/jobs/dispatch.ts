import type { DueJob } from './job.ts';
import type { JobQueue } from './job-queue.ts';
import type { JobStore } from './job-store.ts';
import { unsent, visibleAt } from './transitions.ts';

/**
 * Sends the message of a waiting job, whose row says already that it is out. Where the queue does
 * not take it the row is told so, and the sweeper sends it; dying before leaves that to be found out.
 */
export async function dispatch(
  ports: {
    readonly jobs: Pick<JobStore, 'update'>;
    readonly queue: Pick<JobQueue, 'send'>;
  },
  job: DueJob,
  now: number,
): Promise<void> {
  const { jobId, generation } = job;
  try {
    await ports.queue.send({ jobId, generation }, visibleAt(job, now) - now);
  } catch (error) {
    await ports.jobs.update(jobId, unsent(job, now));
    throw error;
  }
}
