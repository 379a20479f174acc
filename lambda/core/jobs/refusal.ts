import { hasEnded } from '../../contract/words.ts';
import { publishedByRedelivery } from './completion-event.ts';
import type { Job } from './job.ts';

/** Why a claim was refused, and so what is to become of the message. */
export type Refusal =
  /** Another message speaks for the job, or none is needed: acknowledge. */
  | 'stale'
  /** Brought to its end by this very message or its twin, and maybe not told: tell, then acknowledge. */
  | 'unpublished'
  | 'cancelled'
  | 'expired'
  /** Every claim was spent without an end: dead-letter. */
  | 'exhausted'
  /** Dead-lettered by this very message, which then did not reach the dead-letter queue. */
  | 'dead-lettered';

/** Reads the row that refused the claim; the clauses of `claim`, one by one. */
export function refusal(job: Job, generation: number, now: number, maxAttempts: number): Refusal {
  if (job.generation !== generation) return 'stale';
  if (job.status === 'DEAD_LETTERED') return 'dead-lettered';
  if (hasEnded(job.status)) return publishedByRedelivery(job) ? 'unpublished' : 'stale';
  if ((job.leaseUntil ?? 0) > now) return 'stale';
  if (job.cancelRequested) return 'cancelled';
  if (job.deadlineAt <= now) return 'expired';
  return job.claims >= maxAttempts ? 'exhausted' : 'stale';
}
