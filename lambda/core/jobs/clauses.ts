/** The conditions that transitions put on a row. */

import { END_STATUSES, OPEN_STATUSES } from '../../contract/words.ts';
import type { DueJob, Job } from './job.ts';
import type { Clause } from './row-update.ts';

export const IS_WAITING: Clause = {
  field: 'status',
  test: 'one-of',
  values: ['QUEUED', 'DEFERRED'],
};
export const IS_RUNNING: Clause = { field: 'status', test: 'equals', value: 'RUNNING' };
export const NOT_ENDED: Clause = {
  field: 'status',
  test: 'one-of',
  values: OPEN_STATUSES,
};
export const HAS_ENDED: Clause = { field: 'status', test: 'one-of', values: END_STATUSES };
export const NOT_PURGED: Clause = { field: 'purge', test: 'absent' };
export const NOT_CANCELLED: Clause = { field: 'cancelRequested', test: 'absent' };

export function generationIs(generation: number): Clause {
  return { field: 'generation', test: 'equals', value: generation };
}

export function statusIs(status: Job['status']): Clause {
  return { field: 'status', test: 'equals', value: status };
}

export function noLiveLease(now: number): Clause {
  return { field: 'leaseUntil', test: 'absent-or-at-most', value: now };
}

export function deadlineAfter(now: number): Clause {
  return { field: 'deadlineAt', test: 'above', value: now };
}

export function claimsBelow(maxAttempts: number): Clause {
  return { field: 'claims', test: 'below', value: maxAttempts };
}

/** Holds while the row belongs to this claim: it was not requeued, and no later claim took it. */
export function isMine(job: Job): readonly Clause[] {
  return [IS_RUNNING, { field: 'claimToken', test: 'equals', value: job.claimToken ?? '' }];
}

/** Holds if the job has not ended and no run holds it. */
export function unheld(job: DueJob, now: number): readonly Clause[] {
  return [generationIs(job.generation), NOT_ENDED, noLiveLease(now)];
}
