import type { Job } from './job.ts';

/** A condition on one field of the stored row. */
export type Clause =
  | {
      readonly field: keyof Job;
      readonly test: 'equals';
      readonly value: string | number | boolean;
    }
  | { readonly field: keyof Job; readonly test: 'one-of'; readonly values: readonly string[] }
  | { readonly field: keyof Job; readonly test: 'absent' }
  | { readonly field: keyof Job; readonly test: 'below' | 'above'; readonly value: number }
  | { readonly field: keyof Job; readonly test: 'absent-or-at-most'; readonly value: number };

/** The fields that a row may lack. */
export type OptionalField = {
  [K in keyof Job]-?: undefined extends Job[K] ? K : never;
}[keyof Job];

/**
 * A transition as data: the conditions on the row, and the row's new values. A store applies both
 * in one atomic step and needs to know nothing else about transitions.
 */
export interface RowUpdate {
  readonly when: readonly Clause[];
  readonly set: Partial<Job>;
  readonly remove?: readonly OptionalField[];
  readonly add?: { readonly claims: number };
}

/**
 * True if the row already holds the result of this update. If the response to a write is lost, the
 * SDK retries the write, and the conditions refuse it because the first attempt succeeded. No other
 * update sets the same tokens, statuses and times, so a row that holds them was written by this
 * update. An update that sets no status keeps its own conditions true, so only another writer can
 * have caused its refusal.
 */
export function alreadyApplied(job: Job, update: RowUpdate): boolean {
  if (update.set.status === undefined) return false;
  return Object.entries(update.set).every(
    ([field, value]) => typeof value === 'object' || job[field as keyof Job] === value,
  );
}
