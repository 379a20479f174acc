import type { DueJob } from './job.ts';
import type { JobStore } from './job-store.ts';
import { unsent, visibleAt } from './transitions.ts';

/** The queue of messages, each of which points to a job. The job's row decides what is to be done. */
export interface JobQueue {
  /** Delivers at least once, no earlier than after `delayMs`, which is 15 minutes at most. */
  send(message: JobPointer, delayMs: number): Promise<void>;
  /** Returns the approximate number of messages that can be received now. */
  countWaiting(): Promise<number>;
  /** Moves a message to the dead-letter queue, together with the reason. */
  deadLetter(body: string, reason: string): Promise<void>;
}

export interface JobPointer {
  readonly jobId: string;
  /** The row's generation when the message was sent. A later generation makes the message stale. */
  readonly generation: number;
}

/**
 * Sends the message of a waiting job whose row already says that it was sent. If the send fails, the
 * row is corrected and the sweeper sends the message. If the process dies before that, the sweeper
 * finds the message unclaimed.
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
