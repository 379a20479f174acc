import { describe, expect, test } from '@jest/globals';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import {
  type QueueBacklog,
  sweepRule,
  trustedSince,
  waitsInQueue,
} from '../../../lambda/core/jobs/sweep-rule.ts';
import { aJob, aRunningJob, START } from '../../support/job-builders.ts';

const MINUTE = 60_000;
const EMPTY: QueueBacklog = { isEmpty: true, ageMs: 0 };
const BACKLOG: QueueBacklog = { isEmpty: false, ageMs: 0 };

describe('the sweeper', () => {
  test.each<{ row: Job; at: number; queue?: QueueBacklog; rule: object; says: string }>([
    {
      says: 'sends a job whose send failed, even if messages wait in the queue',
      row: aJob({ sentAt: undefined }),
      at: START + MINUTE,
      rule: { action: 'send' },
    },
    {
      says: 'sends a deferred job whose send failed',
      row: aJob({ status: 'DEFERRED', sentAt: undefined, nextAttemptAt: START + 5 * MINUTE }),
      at: START + MINUTE,
      rule: { action: 'send' },
    },
    {
      says: 'requeues a run whose lease has expired',
      row: aRunningJob(),
      at: START + 100_000,
      rule: { action: 'requeue' },
    },
    {
      says: 'respects a live lease',
      row: aRunningJob(),
      at: START + 99_999,
      rule: { action: 'postpone', until: START + 100_000 },
    },
    {
      says: 'respects a live lease, even after the deadline',
      row: aRunningJob({ deadlineAt: START + MINUTE }),
      at: START + 70_000,
      rule: { action: 'postpone', until: START + 100_000 },
    },
    {
      says: 'considers a message lost after a minute if the queue is empty',
      row: aJob(),
      at: START + MINUTE,
      queue: EMPTY,
      rule: { action: 'send-again', nextCheckAt: START + 2 * MINUTE },
    },
    {
      says: 'does not consider it lost before that minute is over',
      row: aJob(),
      at: START + MINUTE - 1,
      queue: EMPTY,
      rule: { action: 'none' },
    },
    {
      says: 'waits 15 minutes in a backlog before it considers a message lost',
      row: aJob(),
      at: START + 15 * MINUTE - 1,
      rule: { action: 'none' },
    },
    {
      says: 'then sends the message again, and waits twice as long for it',
      row: aJob(),
      at: START + 15 * MINUTE,
      rule: { action: 'send-again', nextCheckAt: START + 30 * MINUTE },
    },
    {
      says: 'measures from the time when a delayed message becomes visible',
      row: aJob({ status: 'DEFERRED', nextAttemptAt: START + 10 * MINUTE }),
      at: START + 25 * MINUTE - 1,
      rule: { action: 'none' },
    },
    {
      says: 'does not mistake a backlog for lost messages',
      row: aJob(),
      at: START + 30 * MINUTE,
      queue: { isEmpty: false, ageMs: 20 * MINUTE },
      rule: { action: 'none' },
    },
    {
      says: 'expires a job that waits past its deadline',
      row: aJob({ deadlineAt: START + MINUTE }),
      at: START + MINUTE,
      rule: { action: 'expire' },
    },
    {
      says: 'expires a lost run past its deadline',
      row: aRunningJob({ deadlineAt: START + MINUTE }),
      at: START + 100_000,
      rule: { action: 'expire' },
    },
    {
      says: 'schedules its next check no later than the deadline',
      row: aJob({ deadlineAt: START + 90_000 }),
      at: START + MINUTE,
      queue: EMPTY,
      rule: { action: 'send-again', nextCheckAt: START + 90_000 },
    },
    {
      says: 'cancels a lost run whose caller asked for it',
      row: aRunningJob({ cancelRequested: true }),
      at: START + 100_000,
      rule: { action: 'cancel' },
    },
    {
      says: 'publishes an event that is still pending after a minute',
      row: aJob({ status: 'SUCCEEDED', eventPending: true, dueAt: START }),
      at: START + MINUTE,
      rule: { action: 'publish' },
    },
    {
      says: 'leaves an event to the writer of the end for a minute',
      row: aJob({ status: 'SUCCEEDED', eventPending: true, dueAt: START }),
      at: START + MINUTE - 1,
      rule: { action: 'none' },
    },
    {
      says: 'does nothing for a job that has ended and is published',
      row: aJob({ status: 'SUCCEEDED', dueAt: START }),
      at: START + MINUTE,
      rule: { action: 'none' },
    },
  ])('$says', ({ row, at, queue = BACKLOG, rule }) => {
    expect(sweepRule(row, at, trustedSince(queue, at))).toEqual(rule);
  });

  test.each([
    ['in a backlog', BACKLOG, 7],
    ['although the queue seems empty', EMPTY, 11],
  ])('sends a message that waits for a whole day only a few times, %s', (_, queue, most) => {
    const row = aJob();
    let resends = 0;

    for (let at = START + MINUTE; at < row.deadlineAt; ) {
      const rule = sweepRule(row, at, trustedSince(queue, at));
      if (rule.action === 'send-again') resends += 1;
      if (rule.action === 'send-again') at = rule.nextCheckAt;
      else if (rule.action === 'none') at += MINUTE;
      else throw new Error(`not expected: ${rule.action}`);
    }

    expect(resends).toBe(most);
  });
});

describe('a message waits in the queue', () => {
  const now = START + 10 * MINUTE;
  const trusted = START;
  const recent = { sentAt: START + 1 };
  const delayed = { status: 'DEFERRED', sentAt: START - MINUTE, nextAttemptAt: START + 1 } as const;

  test.each<[string, boolean, Job]>([
    ['if it was sent lately', true, aJob(recent)],
    ['if it became visible lately', true, aJob(delayed)],
    ['until the deadline', true, aJob({ ...recent, deadlineAt: now + 1 })],
    ['but not at the deadline', false, aJob({ ...recent, deadlineAt: now })],
    ['but not if it was sent long ago', false, aJob({ sentAt: START })],
    ['but not if it became visible long ago', false, aJob({ ...delayed, nextAttemptAt: START })],
    ['but not if its send failed', false, aJob({ ...delayed, sentAt: undefined })],
    ['but not if its job was cancelled', false, aJob({ ...recent, cancelRequested: true })],
    ['but not once a run has received it', false, aRunningJob(recent)],
    ['but not after the end of its job', false, aJob({ ...recent, status: 'SUCCEEDED' })],
  ])('%s: %s', (_, waits, job) => {
    expect(waitsInQueue(job, now, trusted)).toBe(waits);
  });
});
