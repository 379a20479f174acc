import { describe, expect, test } from '@jest/globals';
import {
  beginPurge,
  cancel,
  cancelRun,
  deadLetter,
  eventPublished,
  expire,
  fail,
  giveUp,
  purged,
  succeed,
  withoutEvent,
} from '../../../lambda/core/jobs/end-transitions.ts';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import {
  claimsExhausted,
  DEADLINE_PASSED,
  deadLetterReason,
  NO_ANSWER,
  PROMPT_GONE,
  UNAVAILABLE,
} from '../../../lambda/core/jobs/job-errors.ts';
import type { RowUpdate } from '../../../lambda/core/jobs/row-update.ts';
import { aJob, anAnswer, anAttempt, aRunningJob, START } from '../../support/job-builders.ts';
import { apply } from '../../support/memory-job-store.ts';

const END = START + 200_000;
const error = { type: 'urn:t', title: 't' };
const run = { attempts: [anAttempt({ outcome: 'capacity' })] };
/** Every field of a job that says where it waits, or which run holds it. */
const HELD = {
  leaseUntil: START + 100_000,
  nextAttemptAt: START - 1000,
  sentAt: START,
  calledTargets: ['us-east-1/a'],
  dueAt: START + 100_000,
};
const running = aRunningJob(HELD);
const waiting = aJob({ ...HELD, leaseUntil: undefined });

const byRun: [string, RowUpdate, Partial<Job>][] = [
  ['an answer', succeed(running, anAnswer(), run, 10, END), { status: 'SUCCEEDED' }],
  ['a failure', fail(running, error, run, END), { status: 'FAILED', error }],
  ['a cancel', cancelRun(running, run, END), { status: 'CANCELLED' }],
  [
    'the last failed call',
    giveUp(running, run, END),
    { status: 'DEAD_LETTERED', error: NO_ANSWER },
  ],
];
const fromOutside: [string, RowUpdate, Partial<Job>][] = [
  ['a cancel', cancel(waiting, END), { status: 'CANCELLED' }],
  ['the deadline', expire(waiting, END), { status: 'EXPIRED', error: DEADLINE_PASSED }],
  ['the last claim', deadLetter(waiting, error, END), { status: 'DEAD_LETTERED', error }],
];

/** Everything that a row still waits for. `toEqual` ignores the fields that it lacks. */
function openIn(row: Job | undefined): Partial<Job> | undefined {
  if (!row) return undefined;
  const { leaseUntil, nextAttemptAt, sentAt, calledTargets, dueAt, eventPending } = row;
  return { leaseUntil, nextAttemptAt, sentAt, calledTargets, dueAt, eventPending };
}

describe('a row that a run ends with', () => {
  test.each(byRun)(
    '%s keeps the record of the run and waits only for its event',
    async (_, end, facts) => {
      const ended = await apply(running, end);

      const record = { attempts: run.attempts, claimToken: 'claim', completedAt: END };
      expect(ended).toMatchObject({ ...facts, ...record });
      expect(openIn(ended)).toEqual({ eventPending: true, dueAt: END });
    },
  );

  test.each(byRun)('%s waits for nothing if events are disabled', async (_, end, facts) => {
    const ended = await apply(running, withoutEvent(end));

    expect(ended).toMatchObject({ ...facts, completedAt: END });
    expect(openIn(ended)).toEqual({});
  });
});

describe('a row that ends outside a run by', () => {
  test.each(fromOutside)('%s is due until its event is published', async (_, end, facts) => {
    const ended = await apply(waiting, end);

    expect(ended).toMatchObject({ ...facts, attempts: [], completedAt: END });
    expect(openIn(ended)).toEqual({ eventPending: true, dueAt: END });
  });

  test.each(fromOutside)('%s is not due if events are disabled', async (_, end, facts) => {
    const ended = await apply(waiting, withoutEvent(end));

    expect(ended).toMatchObject({ ...facts, completedAt: END });
    expect(openIn(ended)).toEqual({});
  });

  test.each(fromOutside)(
    '%s ends only once the lease of its lost run is over',
    async (_, end, facts) => {
      const lost = { ...running, leaseUntil: END };

      expect(await apply(lost, end)).toMatchObject(facts);
      expect(await apply({ ...lost, leaseUntil: END + 1 }, end)).toBeUndefined();
    },
  );
});

describe('an event', () => {
  const ended = aRunningJob({ status: 'SUCCEEDED', completedAt: END, eventPending: true });
  const redriven = { ...ended, generation: ended.generation + 1 };

  test('that is published leaves nothing to do', async () => {
    const published = await apply(ended, eventPublished(ended));

    expect(published).toEqual({ ...ended, eventPending: undefined, dueAt: undefined });
    expect(await apply(redriven, eventPublished(ended))).toBeUndefined();
  });
});

describe('the error of a job without an answer', () => {
  test.each([
    [DEADLINE_PASSED, 'deadline-passed', 'The deadline passed before a target answered'],
    [NO_ANSWER, 'no-answer', 'The models answered other jobs, but not this one'],
    [PROMPT_GONE, 'prompt-gone', 'The prompt is no longer stored'],
    [UNAVAILABLE, 'unavailable', 'No model was available for the job'],
    [claimsExhausted(5), 'claims-exhausted', 'No worker could finish the job (runs: 5)'],
  ])('%j tells the caller its kind and its reason', (given, kind, title) => {
    expect(given).toEqual({ type: `urn:holdfast:problem:${kind}`, title });
    expect(deadLetterReason(given)).toBe(kind);
  });
});

describe('a purge', () => {
  const ended = aJob({ status: 'FAILED' });

  test.each([
    ['begins', beginPurge, 'begun'],
    ['is done', purged, 'done'],
  ] as const)(
    '%s only on a job that has ended, and was not sent again since',
    async (_, step, purge) => {
      expect(await apply(ended, step(ended))).toMatchObject({ purge });
      expect(await apply(aRunningJob(), step(aRunningJob()))).toBeUndefined();
      expect(
        await apply({ ...ended, generation: ended.generation + 1 }, step(ended)),
      ).toBeUndefined();
    },
  );
});
