import { describe, expect, test } from '@jest/globals';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import { type QueueBacklog, sweepRule } from '../../../lambda/core/jobs/sweep-rule.ts';
import { aJob, aRunningJob, START } from '../../support/job-builders.ts';

const MINUTE = 60_000;
const EMPTY: QueueBacklog = { isEmpty: true, ageMs: 0 };
const BACKLOG: QueueBacklog = { isEmpty: false, ageMs: 0 };

describe('the sweeper', () => {
  test.each<{ row: Job; at: number; queue?: QueueBacklog; rule: object; says: string }>([
    {
      says: 'sends a row whose send has failed, whatever waits in the queue',
      row: aJob({ sentAt: undefined }),
      at: START + MINUTE,
      rule: { action: 'send' },
    },
    {
      says: 'sends a deferred row whose send has failed',
      row: aJob({ status: 'DEFERRED', sentAt: undefined, nextAttemptAt: START + 5 * MINUTE }),
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
      says: 'takes a message for lost after a minute, when none is in the queue',
      row: aJob(),
      at: START + MINUTE,
      queue: EMPTY,
      rule: { action: 'send-again', nextLookAt: START + 2 * MINUTE },
    },
    {
      says: 'gives it that minute',
      row: aJob(),
      at: START + MINUTE - 1,
      queue: EMPTY,
      rule: { action: 'postpone', until: START + MINUTE },
    },
    {
      says: 'looks again twice as late while messages wait',
      row: aJob(),
      at: START + 4 * MINUTE,
      rule: { action: 'postpone', until: START + 8 * MINUTE },
    },
    {
      says: 'waits 15 minutes in a backlog before it takes a message for lost',
      row: aJob(),
      at: START + 14 * MINUTE,
      rule: { action: 'postpone', until: START + 15 * MINUTE },
    },
    {
      says: 'then sends a twin, and waits twice as long for it',
      row: aJob(),
      at: START + 15 * MINUTE,
      rule: { action: 'send-again', nextLookAt: START + 30 * MINUTE },
    },
    {
      says: 'counts from when a delayed message can be received',
      row: aJob({ status: 'DEFERRED', nextAttemptAt: START + 10 * MINUTE }),
      at: START + 15 * MINUTE,
      rule: { action: 'postpone', until: START + 20 * MINUTE },
    },
    {
      says: 'takes no backlog for a loss',
      row: aJob(),
      at: START + 30 * MINUTE,
      queue: { isEmpty: false, ageMs: 20 * MINUTE },
      rule: { action: 'postpone', until: START + 40 * MINUTE },
    },
    {
      says: 'expires what waits past its deadline',
      row: aJob({ deadlineAt: START + MINUTE }),
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
      row: aJob({ deadlineAt: START + 90_000 }),
      at: START + MINUTE,
      rule: { action: 'postpone', until: START + 90_000 },
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
      rule: { action: 'publish' },
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
  ])('$says', ({ row, at, queue = BACKLOG, rule }) => {
    expect(sweepRule(row, at, queue)).toEqual(rule);
  });

  test.each([
    ['in a backlog', BACKLOG, 7],
    ['though none seems to wait', EMPTY, 11],
  ])('sends few twins of a message that waits its whole day %s', (_, queue, most) => {
    const row = aJob();
    let twins = 0;

    for (let at = START + MINUTE; at < row.deadlineAt; ) {
      const rule = sweepRule(row, at, queue);
      if (rule.action === 'send-again') twins += 1;
      if (rule.action === 'send-again') at = rule.nextLookAt;
      else if (rule.action === 'postpone') at = rule.until;
      else throw new Error(`not expected: ${rule.action}`);
    }

    expect(twins).toBe(most);
  });
});
