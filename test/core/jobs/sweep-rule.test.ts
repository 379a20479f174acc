import { describe, expect, test } from '@jest/globals';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import { sweepRule } from '../../../lambda/core/jobs/sweep-rule.ts';
import { aJob, aRunningJob, START } from '../../support/job-builders.ts';

const MINUTE = 60_000;

describe('the sweeper', () => {
  test.each<{ row: Job; at: number; queueAge?: number; rule: object; says: string }>([
    {
      says: 'sends a row that was never sent',
      row: aJob(),
      at: START + MINUTE,
      rule: { action: 'send' },
    },
    {
      says: 'sends a deferred row that was never sent',
      row: aJob({ status: 'DEFERRED', nextAttemptAt: START + 5 * MINUTE }),
      at: START + MINUTE,
      rule: { action: 'send' },
    },
    {
      says: 'takes a run back when its lease has ended',
      row: aRunningJob(),
      at: START + 75_000,
      rule: { action: 'requeue' },
    },
    {
      says: 'lets a live lease be',
      row: aRunningJob(),
      at: START + 74_999,
      rule: { action: 'postpone', until: START + 75_000 },
    },
    {
      says: 'lets a live lease be, even past the deadline',
      row: aRunningJob({ deadlineAt: START + MINUTE }),
      at: START + 70_000,
      rule: { action: 'postpone', until: START + 75_000 },
    },
    {
      says: 'waits 15 minutes before it takes a message for lost',
      row: aJob({ sentAt: START }),
      at: START + 14 * MINUTE,
      rule: { action: 'postpone', until: START + 15 * MINUTE },
    },
    {
      says: 'then sends a twin, and waits twice as long for it',
      row: aJob({ sentAt: START }),
      at: START + 15 * MINUTE,
      rule: { action: 'send-again', nextLookAt: START + 30 * MINUTE },
    },
    {
      says: 'counts from when a delayed message can be received',
      row: aJob({ status: 'DEFERRED', sentAt: START, nextAttemptAt: START + 10 * MINUTE }),
      at: START + 15 * MINUTE,
      rule: { action: 'postpone', until: START + 25 * MINUTE },
    },
    {
      says: 'takes no backlog for a loss',
      row: aJob({ sentAt: START }),
      at: START + 30 * MINUTE,
      queueAge: 20 * MINUTE,
      rule: { action: 'postpone', until: START + 40 * MINUTE },
    },
    {
      says: 'expires what waits past its deadline',
      row: aJob({ sentAt: START, deadlineAt: START + MINUTE }),
      at: START + MINUTE,
      rule: { action: 'expire' },
    },
    {
      says: 'expires a lost run past its deadline',
      row: aRunningJob({ deadlineAt: START + MINUTE }),
      at: START + 75_000,
      rule: { action: 'expire' },
    },
    {
      says: 'looks again at the deadline, if that is sooner',
      row: aJob({ sentAt: START, deadlineAt: START + 10 * MINUTE }),
      at: START + MINUTE,
      rule: { action: 'postpone', until: START + 10 * MINUTE },
    },
    {
      says: 'cancels a lost run that was to be cancelled',
      row: aRunningJob({ cancelRequested: true }),
      at: START + 75_000,
      rule: { action: 'cancel' },
    },
    {
      says: 'tells an end that was not told within a minute',
      row: aJob({ status: 'SUCCEEDED', eventPending: true, dueAt: START }),
      at: START + MINUTE,
      rule: { action: 'tell' },
    },
    {
      says: 'leaves an end to whoever wrote it for a minute',
      row: aJob({ status: 'SUCCEEDED', eventPending: true, dueAt: START }),
      at: START + MINUTE - 1,
      rule: { action: 'none' },
    },
    {
      says: 'has nothing to do with a job that has ended',
      row: aJob({ status: 'SUCCEEDED' }),
      at: START + MINUTE,
      rule: { action: 'none' },
    },
  ])('$says', ({ row, at, queueAge = 0, rule }) => {
    expect(sweepRule(row, at, queueAge)).toEqual(rule);
  });

  test('sends fewer than ten twins of a message that waits its whole day', () => {
    const row = aJob({ sentAt: START });
    let twins = 0;
    let at = START + 15 * MINUTE;

    while (at < row.deadlineAt) {
      const rule = sweepRule(row, at, 0);
      if (rule.action === 'send-again') twins += 1;
      at = rule.action === 'send-again' ? rule.nextLookAt : row.deadlineAt;
    }

    expect(twins).toBe(7);
  });
});
