/**
 * The transitions that end a job, and those that record what happens to its completion event. The
 * row contains a claim token, so a run never mistakes another run's end for its own.
 */
import type { EndStatus } from '../../contract/words.ts';
import type { Answer } from '../router/run-result.ts';
import { generationIs, HAS_ENDED, isMine, statusIs, unheld } from './clauses.ts';
import type { DueJob, Job, JobError } from './job.ts';
import { DEADLINE_PASSED, NO_ANSWER } from './job-errors.ts';
import type { OptionalField, RowUpdate } from './row-update.ts';
import { type RunRecord, recordOf } from './run-record.ts';

export function succeed(
  job: Job,
  answer: Answer,
  run: RunRecord,
  resultBytes: number,
  now: number,
): RowUpdate {
  const { output: _, text: __, trace: ___, additionalModelResponseFields: ____, ...facts } = answer;
  return endedByRun(job, 'SUCCEEDED', now, {
    ...facts,
    ...recordOf(job, run),
    resultBytes,
  });
}

export function fail(job: Job, error: JobError, run: RunRecord, now: number): RowUpdate {
  return endedByRun(job, 'FAILED', now, { ...recordOf(job, run), error });
}

/** Ends a run whose job the caller has cancelled. */
export function cancelRun(job: Job, run: RunRecord, now: number): RowUpdate {
  return endedByRun(job, 'CANCELLED', now, recordOf(job, run));
}

/** Ends a run whose job has used up its failed calls. An operator can redrive the job. */
export function giveUp(job: Job, run: RunRecord, now: number): RowUpdate {
  return endedByRun(job, 'DEAD_LETTERED', now, { ...recordOf(job, run), error: NO_ANSWER });
}

export function deadLetter(job: DueJob, error: JobError, now: number): RowUpdate {
  return endedOutsideRun(job, 'DEAD_LETTERED', now, { error });
}

export function expire(job: DueJob, now: number): RowUpdate {
  return endedOutsideRun(job, 'EXPIRED', now, { error: DEADLINE_PASSED });
}

export function cancel(job: DueJob, now: number): RowUpdate {
  return endedOutsideRun(job, 'CANCELLED', now);
}

/** Records that the event was published. The sweeper has nothing left to do for the row. */
export function eventPublished(job: DueJob): RowUpdate {
  return {
    when: [generationIs(job.generation), statusIs(job.status)],
    set: {},
    remove: ['eventPending', 'dueAt'],
  };
}

/** Marks an ended job before its content is purged, so that nobody runs it again. */
export function beginPurge({ generation }: Job): RowUpdate {
  return { when: [generationIs(generation), HAS_ENDED], set: { purge: 'begun' } };
}

export function purged({ generation }: Job): RowUpdate {
  return { when: [generationIs(generation), HAS_ENDED], set: { purge: 'done' } };
}

/** Removes the event from a transition that ends a job, for stacks that publish no events. */
export function withoutEvent(end: RowUpdate): RowUpdate {
  const { eventPending: _, dueAt: __, ...set } = end.set;
  return { ...end, set, remove: [...new Set(end.remove).add('dueAt')] };
}

const REMOVED_AT_END: readonly OptionalField[] = [
  'leaseUntil',
  'nextAttemptAt',
  'sentAt',
  'calledTargets',
  'booking',
];

/** Ends a job in its run. */
function endedByRun(job: Job, status: EndStatus, now: number, facts: Partial<Job>): RowUpdate {
  return {
    when: isMine(job),
    set: { ...facts, claimToken: job.claimToken, ...end(status, now) },
    remove: REMOVED_AT_END,
  };
}

/** Ends a job outside a run, once the lease of a lost run is over. */
function endedOutsideRun(
  job: DueJob,
  status: EndStatus,
  now: number,
  facts: Partial<Job> = {},
): RowUpdate {
  return {
    when: unheld(job, now),
    set: { ...facts, ...end(status, now) },
    remove: REMOVED_AT_END,
  };
}

/**
 * Sets `eventPending` in the same write as the status, so a crash cannot separate the two. The row
 * stays in the sweeper's index until the event is published.
 */
function end(status: EndStatus, now: number) {
  return { status, completedAt: now, eventPending: true, dueAt: now };
}
