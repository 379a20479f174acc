/**
 * The ways in which a job ends, and what its row knows of the event that tells the end. With the
 * token of its claim, a run never takes its twin's end for its own.
 */
import type { EndStatus } from '../../contract/words.ts';
import type { Answer, Attempt } from '../router/run-result.ts';
import { generationIs, isMine, statusIs, unheld } from './clauses.ts';
import type { DueJob, Job, JobError } from './job.ts';
import type { OptionalField, RowUpdate } from './row-update.ts';

export function succeed(
  job: Job,
  answer: Answer,
  attempts: readonly Attempt[],
  resultBytes: number,
  now: number,
): RowUpdate {
  const { text: _, ...facts } = answer;
  return endedByRun(job, 'SUCCEEDED', now, { ...facts, attempts, resultBytes });
}

export function fail(
  job: Job,
  error: JobError,
  attempts: readonly Attempt[],
  now: number,
): RowUpdate {
  return endedByRun(job, 'FAILED', now, { attempts, error });
}

/** A run finds that its caller has cancelled. */
export function cancelMine(job: Job, attempts: readonly Attempt[], now: number): RowUpdate {
  return endedByRun(job, 'CANCELLED', now, { attempts });
}

export function deadLetter(job: DueJob, error: JobError, now: number): RowUpdate {
  return endedByOther(job, 'DEAD_LETTERED', now, { error });
}

export function expire(job: DueJob, now: number): RowUpdate {
  return endedByOther(job, 'EXPIRED', now, { error: DEADLINE_PASSED });
}

export function cancel(job: DueJob, now: number): RowUpdate {
  return endedByOther(job, 'CANCELLED', now);
}

/** The event of an end that the sweeper looks after is out; the row has nothing left to do. */
export function eventPublished(job: DueJob): RowUpdate {
  return {
    when: [generationIs(job.generation), statusIs(job.status)],
    set: {},
    remove: ['eventPending', 'dueAt'],
  };
}

/** Its event could not be put, and soon no message will be left to come back for it. */
export function leftToSweeper({ generation, status, createdAt, completedAt }: Job): RowUpdate {
  return {
    when: [generationIs(generation), statusIs(status)],
    set: { dueAt: completedAt ?? createdAt },
  };
}

/** An end whose event nobody wants. */
export function withoutEvent(end: RowUpdate): RowUpdate {
  const { eventPending: _, dueAt: __, ...set } = end.set;
  return { ...end, set, remove: [...new Set(end.remove).add('dueAt')] };
}

const DEADLINE_PASSED: JobError = {
  type: 'urn:holdfast:problem:deadline-passed',
  title: 'The deadline passed before a target answered',
};

const GONE_AT_END: readonly OptionalField[] = ['leaseUntil', 'nextAttemptAt', 'sentAt'];

/** The message that brought the run is deleted only once the end is told, so the sweeper has nothing to look after. */
function endedByRun(job: Job, status: EndStatus, now: number, facts: Partial<Job>): RowUpdate {
  return {
    when: isMine(job),
    set: { ...facts, claimToken: job.claimToken, ...end(status, now) },
    remove: [...GONE_AT_END, 'dueAt'],
  };
}

/** Maybe without a message that would come back: the row stays in the sweeper's index, due since its end. */
function endedByOther(
  job: DueJob,
  status: EndStatus,
  now: number,
  facts: Partial<Job> = {},
): RowUpdate {
  return {
    when: unheld(job, now),
    set: { ...facts, ...end(status, now), dueAt: now },
    remove: GONE_AT_END,
  };
}

/** The same write says that the end is yet to be told, so a crash cannot come between them. */
function end(status: EndStatus, now: number) {
  return { status, completedAt: now, eventPending: true };
}
