import { describe, expect, test } from '@jest/globals';
import {
  cancel,
  deadLetter,
  expire,
  giveUp,
  succeed,
} from '../../../lambda/core/jobs/end-transitions.ts';
import { type Job, newJob } from '../../../lambda/core/jobs/job.ts';
import type { RowUpdate } from '../../../lambda/core/jobs/row-update.ts';
import { NO_ATTEMPT } from '../../../lambda/core/jobs/run-record.ts';
import {
  claim,
  defer,
  postpone,
  redrive,
  release,
  renew,
  requestCancel,
  requeue,
  sent,
  unsent,
} from '../../../lambda/core/jobs/transitions.ts';
import {
  aJob,
  anAnswer,
  anAttempt,
  aRunningJob,
  JOB_ID,
  START,
} from '../../support/job-builders.ts';
import { apply } from '../../support/memory-job-store.ts';
import { someSettings } from '../../support/settings.ts';

const settings = someSettings();
const { generation } = aJob();
const AFTER_LEASE = START + 100_000;

describe('a new job', () => {
  test('counts as sent, is checked after a minute, and is deleted days after its deadline', () => {
    expect(aJob()).toMatchObject({
      status: 'QUEUED',
      generation: START / 1000,
      sentAt: START,
      dueAt: START + 60_000,
      deadlineAt: START + 86_400_000,
      expiresAt: START / 1000 + 86_400 + 7 * 86_400,
      createdKey: `2026-01-01T00:00:00.000Z#${JOB_ID}`,
    });
  });

  test('is checked no later than its deadline, and keeps the options of its caller', () => {
    const names = { jobId: JOB_ID, tenant: 'tenant', bodyHash: 'hash', requestToken: 'request' };
    const identity = { ...names, inputBytes: 100 };
    const options = { whenOpen: 'queue', minTier: 'primary', deadlineSeconds: 30 } as const;

    expect(newJob(identity, options, START + 1, settings)).toStrictEqual({
      ...identity,
      ...options,
      chain: 'default',
      createdAt: START + 1,
      createdKey: `2026-01-01T00:00:00.001Z#${JOB_ID}`,
      deadlineAt: START + 30_001,
      // The end of the second in which the deadline falls.
      expiresAt: START / 1000 + 31 + 7 * 86_400,
      status: 'QUEUED',
      generation: START / 1000,
      claims: 0,
      deferrals: 0,
      failedRuns: 0,
      failedCalls: 0,
      redrives: 0,
      sentAt: START + 1,
      sweepShard: 1,
      dueAt: START + 30_001,
      attempts: [],
    });
  });

  test('gets a shard from its id', () => {
    const shards = Array.from(
      { length: 256 },
      (_, i) => aJob({ jobId: i.toString(16).padStart(2, '0').padEnd(32, '0') }).sweepShard,
    );

    expect(new Set(shards).size).toBe(16);
    expect(shards.filter((shard) => shard === 7)).toHaveLength(16);
  });
});

describe('a claim', () => {
  const claimed = (job: Job, now = START) => apply(job, claim(generation, 'next', now, settings));

  test('holds a queued job for longer than a call', async () => {
    expect(await claimed(aJob())).toMatchObject({
      status: 'RUNNING',
      claimToken: 'next',
      claims: 1,
      leaseUntil: START + 100_000,
      dueAt: START + 100_000,
    });
  });

  test.each<[string, Job]>([
    ['of another generation', aJob({ generation: generation + 1 })],
    ['that has ended', aJob({ status: 'SUCCEEDED' })],
    ['with a live lease', aRunningJob()],
    ['past its deadline', aJob({ deadlineAt: START })],
    ['that was cancelled', aJob({ cancelRequested: true })],
    ['that has used all its claims', aJob({ claims: 5 })],
  ])('is refused for a job %s', async (_, job) => {
    expect(await claimed(job)).toBeUndefined();
  });

  test('takes a job with one claim left, a millisecond before its deadline', async () => {
    const last = aJob({ claims: 4, deadlineAt: START + 1 });

    expect(await claimed(last)).toMatchObject({ status: 'RUNNING', claims: 5 });
  });

  test('takes over a job whose lease has expired', async () => {
    expect(await claimed(aRunningJob(), AFTER_LEASE)).toMatchObject({
      claimToken: 'next',
      claims: 2,
    });
  });
});

describe('a run', () => {
  const mine = aRunningJob({ nextAttemptAt: START, calledTargets: ['us-east-1/a'] });
  const ends: [string, RowUpdate][] = [
    ['success', succeed(mine, anAnswer(), NO_ATTEMPT, 10, START)],
    ['deferral', defer(mine, START + 60_000, NO_ATTEMPT, START)],
    ['release', release(mine, NO_ATTEMPT, START)],
    ['renewal', renew(mine, START, settings.breaker)],
  ];

  test.each(ends)('records its %s while it holds the claim', async (_, update) => {
    expect(await apply(mine, update)).toBeDefined();
  });

  test.each(ends)(
    'cannot record its %s once another run has claimed the job',
    async (_, update) => {
      expect(await apply({ ...mine, claimToken: 'other' }, update)).toBeUndefined();
    },
  );

  test.each(ends)('cannot record its %s once the job was requeued', async (_, update) => {
    const requeued = await apply(mine, requeue(mine, AFTER_LEASE));

    expect(await apply(requeued ?? mine, update)).toBeUndefined();
  });

  test('that succeeds names its answer and leaves its event pending', async () => {
    const answer = anAnswer({ degraded: true, degradedBy: ['simplify'], tier: 'secondary' });

    const { text: _, output: __, ...facts } = answer;
    const ended = await apply(
      mine,
      succeed(mine, answer, { attempts: [anAttempt()] }, 123, START + 900),
    );

    expect(ended).toMatchObject({
      ...facts,
      status: 'SUCCEEDED',
      completedAt: START + 900,
      claimToken: 'claim',
      resultBytes: 123,
      attempts: [anAttempt()],
    });
    expect(ended).toMatchObject({ eventPending: true, dueAt: START + 900 });
    // The fields that only a waiting or a running job needs are gone.
    const gone = { leaseUntil: undefined, nextAttemptAt: undefined, sentAt: undefined };
    expect(ended).toMatchObject({ ...gone, calledTargets: undefined });
    expect(JSON.stringify(ended)).not.toContain(answer.text);
  });

  test('that is deferred gives its claim back and invalidates messages sent earlier', async () => {
    const deferred = await apply(
      mine,
      defer(mine, START + 60_000, { attempts: [anAttempt()] }, START),
    );

    expect(deferred).toMatchObject({
      status: 'DEFERRED',
      generation: generation + 1,
      claims: 0,
      deferrals: 1,
      nextAttemptAt: START + 60_000,
    });
    expect(deferred).toMatchObject({ sentAt: START, dueAt: START + 120_000 });
    expect(deferred).toMatchObject({ attempts: [anAttempt()], claimToken: 'claim' });
    expect(deferred?.leaseUntil).toBeUndefined();
  });

  test.each([
    ['calls adds to the failed runs in a row', [anAttempt({ outcome: 'capacity' })], 3],
    ['skips alone starts the failed runs again', [anAttempt({ outcome: 'skipped' })], 0],
    ['no attempt starts the failed runs again', [], 0],
  ])(
    'that is deferred after %s, and may call every target again',
    async (_, attempts, failedRuns) => {
      const job = aRunningJob({ failedRuns: 2, calledTargets: ['us-east-1/a'] });

      const deferred = await apply(job, defer(job, START + 60_000, { attempts }, START));

      expect(deferred).toMatchObject({ failedRuns });
      expect(deferred?.calledTargets).toBeUndefined();
    },
  );

  test('that is released remembers the targets that it has called', async () => {
    const run = { attempts: [anAttempt({ target: 'a' }), anAttempt({ outcome: 'skipped' })] };

    const first = aRunningJob();
    const released = await apply(first, release(first, run, START));

    expect(released).toMatchObject({ calledTargets: ['a'] });
  });

  test('that is released keeps its generation', async () => {
    const deferredBefore = { ...mine, nextAttemptAt: START - 1 };

    const released = await apply(deferredBefore, release(deferredBefore, NO_ATTEMPT, START));

    expect(released).toMatchObject({ status: 'QUEUED', generation, claims: 0 });
    expect(released).toMatchObject({ leaseUntil: undefined, nextAttemptAt: undefined });
  });

  test('that is released is sent at once, and waits neither for a lease nor for a time', async () => {
    const retried = aRunningJob({ nextAttemptAt: START - 60_000, calledTargets: ['a'] });
    const run = { attempts: [anAttempt({ target: 'b', outcome: 'capacity' })] };

    const released = await apply(retried, release(retried, run, START + 5000));

    expect(released).toMatchObject({
      claimToken: 'claim',
      calledTargets: ['a', 'b'],
      ...run,
      sentAt: START + 5000,
      dueAt: START + 65_000,
    });
    expect([released?.leaseUntil, released?.nextAttemptAt]).toEqual([undefined, undefined]);
  });

  test('that was cancelled may still record its answer, but starts no further call', async () => {
    const cancelling = { ...mine, cancelRequested: true };

    expect(await apply(cancelling, renew(mine, START, settings.breaker))).toBeUndefined();
    expect(await apply(cancelling, succeed(mine, anAnswer(), NO_ATTEMPT, 10, START))).toMatchObject(
      {
        status: 'SUCCEEDED',
      },
    );
  });
});

describe('a change from outside a run', () => {
  test('requeues a lost run after its lease, and its claim stays used up', async () => {
    expect(await apply(aRunningJob(), requeue(aRunningJob(), AFTER_LEASE - 1))).toBeUndefined();
    expect(await apply(aRunningJob(), requeue(aRunningJob(), AFTER_LEASE))).toMatchObject({
      status: 'QUEUED',
      generation: generation + 1,
      claims: 1,
    });
  });

  test('requeues a run that was deferred earlier for at once', async () => {
    const lost = aRunningJob({ nextAttemptAt: START - 1000 });

    const requeued = await apply(lost, requeue(lost, AFTER_LEASE));

    expect(requeued).toMatchObject({ sentAt: AFTER_LEASE, dueAt: AFTER_LEASE + 60_000 });
    expect([requeued?.leaseUntil, requeued?.nextAttemptAt]).toEqual([undefined, undefined]);
  });

  test('asks only the run that the caller has seen to stop', async () => {
    const running = aRunningJob();
    const newer = { ...running, generation: generation + 1 };

    expect(await apply(running, requestCancel(running))).toEqual({
      ...running,
      cancelRequested: true,
    });
    expect(await apply(newer, requestCancel(running))).toBeUndefined();
    expect(await apply(aJob(), requestCancel(running))).toBeUndefined();
  });

  test('postpones the next check of the row that the sweeper has read, and of no other', async () => {
    const later = START + 1000;
    const newer = aJob({ generation: generation + 1 });

    expect(await apply(aJob(), postpone(aJob(), later))).toEqual({ ...aJob(), dueAt: later });
    expect(await apply(newer, postpone(aJob(), later))).toBeUndefined();
    expect(await apply(aRunningJob(), postpone(aJob(), later))).toBeUndefined();
  });

  test('records the send of a deferred job, due 15 minutes after its message becomes visible', async () => {
    const deferred = aJob({ status: 'DEFERRED', nextAttemptAt: START + 60_000 });

    expect(await apply(deferred, sent(deferred, START))).toMatchObject({
      sentAt: START,
      dueAt: START + 960_000,
    });
  });

  test('that ends the job never overwrites a live lease, another generation or another end', async () => {
    const ends = (job: Job) => [
      cancel(job, START),
      expire(job, START),
      deadLetter(job, { type: 't', title: 't' }, START),
    ];

    for (const update of ends(aRunningJob())) {
      expect(await apply(aRunningJob(), update)).toBeUndefined();
    }
    for (const update of ends(aJob())) {
      expect(await apply(aJob({ generation: generation + 1 }), update)).toBeUndefined();
      expect(await apply(aJob({ status: 'FAILED' }), update)).toBeUndefined();
      expect(await apply(aJob(), update)).toMatchObject({ completedAt: START });
    }
  });

  test('records a send unless a worker has already claimed the job', async () => {
    expect(await apply(aJob(), sent(aJob(), START))).toMatchObject({
      sentAt: START,
      dueAt: START + 900_000,
    });
    expect(await apply(aRunningJob(), sent(aJob(), START))).toBeUndefined();
  });

  test('records a failed send unless the message arrived and a worker has claimed the job', async () => {
    const row = await apply(aJob(), unsent(aJob(), START + 1000));

    expect(row).toMatchObject({ status: 'QUEUED', dueAt: START + 61_000 });
    expect(row?.sentAt).toBeUndefined();
    expect(await apply(aRunningJob(), unsent(aJob(), START))).toBeUndefined();
  });

  test('schedules no check after the deadline', async () => {
    const short = aJob({ deadlineAt: START + 30_000 });

    expect(await apply(short, sent(short, START))).toMatchObject({ dueAt: START + 30_000 });
    expect(await apply(short, unsent(short, START))).toMatchObject({ dueAt: START + 30_000 });
  });
});

describe('a redrive', () => {
  const dead = aJob({
    status: 'DEAD_LETTERED',
    claims: 5,
    deferrals: 3,
    failedRuns: 2,
    failedCalls: 8,
    calledTargets: ['us-east-1/a'],
    completedAt: START,
    error: { type: 't', title: 't' },
    eventPending: true,
    dueAt: START,
  });
  const LATER = START + 3 * 86_400_000;

  test('restores all claims, the time and the retention of a dead-lettered job', async () => {
    const redriven = await apply(dead, redrive(dead, LATER, settings));

    expect(redriven).toEqual({
      ...aJob(),
      generation: generation + 1,
      redrives: 1,
      deadlineAt: LATER + 86_400_000,
      expiresAt: LATER / 1000 + 86_400 + 7 * 86_400,
      sentAt: LATER,
      dueAt: LATER + 60_000,
    });
  });

  test('restores the deadline that the caller asked for', async () => {
    const hasty = { ...dead, deadlineSeconds: 30 };

    expect(await apply(hasty, redrive(hasty, LATER, settings))).toMatchObject({
      deadlineAt: LATER + 30_000,
      dueAt: LATER + 30_000,
    });
  });

  test('is refused for a job that is not dead-lettered, or was redriven in the meantime', async () => {
    expect(await apply(aJob(), redrive(dead, LATER, settings))).toBeUndefined();
    const again = { ...dead, generation: generation + 2 };
    expect(await apply(again, redrive(dead, LATER, settings))).toBeUndefined();
  });
});

describe('the quota that a job has booked', () => {
  const booking = { key: 'a', tokens: 600, burndown: 5, atMs: START + 60_000 };
  const job = aRunningJob();
  const at = START + 60_000;

  test('is kept by a deferral until the next one', async () => {
    const booked = await apply(job, defer(job, at, { ...NO_ATTEMPT, booking }, START));
    expect(booked).toMatchObject({ booking });

    const again = { ...job, booking };
    const deferred = await apply(again, defer(again, at, NO_ATTEMPT, START));
    expect(deferred).toMatchObject({ status: 'DEFERRED', booking: undefined });
  });

  const again = { ...job, booking };

  test.each<[string, RowUpdate, Job['status']]>([
    ['is put back', release(again, NO_ATTEMPT, START), 'QUEUED'],
    ['dies', requeue(again, (again.leaseUntil ?? 0) + 1), 'QUEUED'],
    ['gives up, so a redrive does not find it', giveUp(again, NO_ATTEMPT, START), 'DEAD_LETTERED'],
  ])('is used up when the run %s', async (_title, update, status) => {
    expect(await apply(again, update)).toMatchObject({ status, booking: undefined });
  });
});
