import type { Job } from './job.ts';

/** A test of one field of the row as it is stored. */
export type Clause =
  | { readonly field: keyof Job; readonly test: 'equals'; readonly value: string | number }
  | { readonly field: keyof Job; readonly test: 'one-of'; readonly values: readonly string[] }
  | { readonly field: keyof Job; readonly test: 'absent' }
  | { readonly field: keyof Job; readonly test: 'below' | 'above'; readonly value: number }
  | { readonly field: keyof Job; readonly test: 'absent-or-at-most'; readonly value: number };

/** The fields that a row may lack. */
export type OptionalField = {
  [K in keyof Job]-?: undefined extends Job[K] ? K : never;
}[keyof Job];

/**
 * A transition as data: what has to hold of the row, and what then becomes of it, in one atomic
 * step. Stores only carry it out, so memory and DynamoDB cannot differ in meaning.
 */
export interface RowUpdate {
  readonly when: readonly Clause[];
  readonly set: Partial<Job>;
  readonly remove?: readonly OptionalField[];
  readonly add?: { readonly claims: number };
}

export function holds(clause: Clause, job: Job): boolean {
  const value = job[clause.field];
  switch (clause.test) {
    case 'equals':
      return value === clause.value;
    case 'one-of':
      return typeof value === 'string' && clause.values.includes(value);
    case 'absent':
      return value === undefined;
    case 'below':
      return typeof value === 'number' && value < clause.value;
    case 'above':
      return typeof value === 'number' && value > clause.value;
    case 'absent-or-at-most':
      return value === undefined || (typeof value === 'number' && value <= clause.value);
    default:
      return clause satisfies never;
  }
}

/** The row after the change; only for a row on which every clause holds. */
export function applyUpdate(job: Job, change: RowUpdate): Job {
  const claims = job.claims + (change.add?.claims ?? 0);
  const next: { -readonly [K in keyof Job]: Job[K] } = { ...job, claims, ...change.set };
  for (const field of change.remove ?? []) next[field] = undefined;
  return next;
}

/**
 * Whether the row already shows the change. A write whose answer was lost is sent again by the SDK
 * and is refused because of its own success; whoever set these very tokens, states and times did
 * it. A change of no state leaves its own conditions standing, so its refusal is another's doing.
 */
export function alreadyApplied(job: Job, change: RowUpdate): boolean {
  if (change.set.status === undefined) return false;
  return Object.entries(change.set).every(
    ([field, value]) => typeof value === 'object' || job[field as keyof Job] === value,
  );
}
