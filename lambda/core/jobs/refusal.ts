import { hasEnded } from '../../contract/words.ts';
import type { Job } from './job.ts';

/** The reason why a claim was refused, which decides what happens to the message. */
export type Refusal =
  /** Another message is responsible for the job, or none is needed: acknowledge this one. */
  | 'stale'
  | 'cancelled'
  | 'expired'
  /** All claims are used up: dead-letter the job. */
  | 'exhausted'
  /** This message dead-lettered the job but did not reach the dead-letter queue. */
  | 'dead-lettered';

/** Returns the reason, from the row that refused the claim. Its checks match those of `claim`. */
export function refusal(job: Job, generation: number, now: number, maxAttempts: number): Refusal {
  if (job.generation !== generation) return 'stale';
  if (job.status === 'DEAD_LETTERED') return 'dead-lettered';
  if (hasEnded(job.status)) return 'stale';
  if ((job.leaseUntil ?? 0) > now) return 'stale';
  if (job.cancelRequested) return 'cancelled';
  if (job.deadlineAt <= now) return 'expired';
  return job.claims >= maxAttempts ? 'exhausted' : 'stale';
}
