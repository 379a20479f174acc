import { type EndStatus, hasEnded } from '../../contract/words.ts';
import type { Job } from './job.ts';

/** What a bus is told when a job has ended. Never a prompt, an answer or an error's raw text. */
export interface CompletionEvent {
  /** `jobId#generation`: the same each time that this end is told. */
  readonly id: string;
  readonly jobId: string;
  readonly tenant: string;
  readonly status: EndStatus;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly completedAt: string;
  readonly servedBy?: string;
  readonly tier?: string;
  readonly degraded?: boolean;
  /** The stable `type` of the problem. */
  readonly errorType?: string;
  /** The caller's own short texts. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Undefined for a job that has not ended, or ended no more. */
export function completionEvent(job: Job): CompletionEvent | undefined {
  const { jobId, tenant, status, generation, createdAt, completedAt = createdAt } = job;
  if (!hasEnded(status)) return undefined;
  const { servedBy, tier, degraded, error, metadata } = job;
  return {
    ...{ id: `${jobId}#${generation}`, jobId, tenant, status },
    createdAt: new Date(createdAt).toISOString(),
    completedAt: new Date(completedAt).toISOString(),
    ...(servedBy !== undefined && { servedBy, tier, degraded }),
    ...(error && { errorType: error.type }),
    ...(metadata && { metadata }),
  };
}

/** Whether the message that brought this end has to tell it: nobody else looks after the row. */
export function publishedByRedelivery({ eventPending, dueAt }: Job): boolean {
  return eventPending === true && dueAt === undefined;
}
