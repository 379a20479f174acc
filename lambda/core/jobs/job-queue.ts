import type { DueJob } from './job.ts';
import type { JobStore } from './job-store.ts';
import { unsent, visibleAt } from './transitions.ts';

/** The queue of messages. A message points to a job, whose row decides what the worker does. */
export interface JobQueue {
  /**
   * Sends a message, which is delivered at least once and not before `delayMs` is over. `delayMs`
   * is 15 minutes at most.
   */
  send(job: JobPointer, delayMs: number): Promise<void>;
  /** Returns the approximate number of messages that can be received now. */
  countWaiting(): Promise<number>;
  /**
   * Sends a message to the dead-letter queue, together with the reason. `tenant` is absent if the
   * message names no job.
   */
  deadLetter(body: string, reason: string, tenant?: string): Promise<void>;
}

export interface JobPointer {
  readonly jobId: string;
  /**
   * The row's generation when the message was sent. If the row's generation has grown since, the
   * message is stale.
   */
  readonly generation: number;
  /** The message's group: a tenant with many messages does not delay the messages of the others. */
  readonly tenant: string;
}

/**
 * Sends the message of a waiting job whose row is already marked as sent. If the send fails,
 * corrects the row, so that the sweeper sends the message. If the process dies before the
 * correction, the sweeper finds the job unclaimed and also sends the message.
 */
export async function dispatch(
  ports: {
    readonly jobs: Pick<JobStore, 'update'>;
    readonly queue: Pick<JobQueue, 'send'>;
  },
  job: DueJob,
  now: number,
): Promise<void> {
  const { jobId, generation, tenant } = job;
  try {
    await ports.queue.send({ jobId, generation, tenant }, visibleAt(job, now) - now);
  } catch (error) {
    await ports.jobs.update(jobId, unsent(job, now));
    throw error;
  }
}
