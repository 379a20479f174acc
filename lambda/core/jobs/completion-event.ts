import { type EndStatus, hasEnded } from '../../contract/words.ts';
import { isoTime } from '../clock.ts';
import type { Job } from './job.ts';

/** Reports the end of a job. It never contains a prompt, an answer or an error's raw text. */
export interface CompletionEvent {
  /** `jobId#generation`. If the event is published more than once, it has the same id each time. */
  readonly id: string;
  readonly jobId: string;
  readonly tenant: string;
  readonly status: EndStatus;
  readonly chain: string;
  /** ISO 8601, UTC. */
  readonly createdAt: string;
  readonly completedAt: string;
  readonly servedBy?: string;
  readonly tier?: string;
  readonly degraded?: boolean;
  /** The stable `type` of the problem. */
  readonly errorType?: string;
  /** The short texts that the caller attached to the job. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/** Returns `undefined` for a job that has not ended, or that was redriven after its end. */
export function completionEvent(job: Job): CompletionEvent | undefined {
  const { jobId, tenant, status, chain, generation, createdAt, completedAt = createdAt } = job;
  if (!hasEnded(status)) return undefined;
  const { servedBy, tier, degraded, error, metadata } = job;
  return {
    id: `${jobId}#${generation}`,
    jobId,
    tenant,
    status,
    chain,
    createdAt: isoTime(createdAt),
    completedAt: isoTime(completedAt),
    servedBy,
    tier,
    degraded,
    errorType: error?.type,
    metadata,
  };
}
