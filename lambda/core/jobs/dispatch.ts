import type { JobQueue } from './job-queue.ts';
import type { JobStore } from './job-store.ts';
import { type Standing, sent } from './transitions.ts';

/**
 * Sends the message of a waiting job, then notes it on the row. Dying between the two leaves a row
 * that looks unsent, so the sweeper sends a twin: one message too many, never one too few.
 */
export async function dispatch(
  ports: {
    readonly jobs: Pick<JobStore, 'update'>;
    readonly queue: Pick<JobQueue, 'send'>;
  },
  job: Standing,
  now: number,
): Promise<void> {
  const { jobId, generation } = job;
  await ports.queue.send({ jobId, generation }, Math.max(0, (job.nextAttemptAt ?? 0) - now));
  await ports.jobs.update(jobId, sent(job, now));
}
