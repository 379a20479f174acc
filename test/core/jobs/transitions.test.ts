import { beforeEach, describe, expect, test } from '@jest/globals';
import { cancel, deadLetter, expire, succeed } from '../../../lambda/core/jobs/end-transitions.ts';
import type { Job } from '../../../lambda/core/jobs/job.ts';
import type { RowUpdate } from '../../../lambda/core/jobs/row-update.ts';
import {
  claim,
  defer,
  redrive,
  release,
  renew,
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
import { MemoryJobStore } from '../../support/memory-job-store.ts';
import { someSettings } from '../../support/settings.ts';

const settings = someSettings();
const { generation } = aJob();
const AFTER_LEASE = START + 75_000;

let jobs: MemoryJobStore;
beforeEach(() => {
  jobs = new MemoryJobStore();
});

async function apply(job: Job, change: RowUpdate): Promise<Job | undefined> {
  jobs.rows.set(JOB_ID, job);
  const updated = await jobs.update(JOB_ID, change);
  return updated.applied ? updated.job : undefined;
}

describe('a new job', () => {
  test('counts as sent, is due a minute later in case it was not, and expires days after its deadline', () => {
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

  test('is spread over the shards by its id', () => {
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

  test('takes a queued job for longer than a call', async () => {
    expect(await claimed(aJob())).toMatchObject({
      status: 'RUNNING',
      claimToken: 'next',
      claims: 1,
      leaseUntil: START + 75_000,
      dueAt: START + 75_000,
    });
  });

  test.each<[string, Job]>([
    ['of another generation', aJob({ generation: generation + 1 })],
    ['that has ended', aJob({ status: 'SUCCEEDED' })],
    ['with a live lease', aRunningJob()],
    ['past its deadline', aJob({ deadlineAt: START })],
    ['that is to be cancelled', aJob({ cancelRequested: true })],
    ['that has spent its claims', aJob({ claims: 5 })],
  ])('is refused for a job %s', async (_, job) => {
    expect(await claimed(job)).toBeUndefined();
  });

  test('takes over from a run whose lease has ended', async () => {
    expect(await claimed(aRunningJob(), AFTER_LEASE)).toMatchObject({
      claimToken: 'next',
      claims: 2,
    });
  });
});

describe('a run', () => {
  const mine = aRunningJob();
  const ends: [string, RowUpdate][] = [
    ['success', succeed(mine, anAnswer(), [], 10, START)],
    ['deferral', defer(mine, START + 60_000, [], START)],
    ['release', release(mine, [], START)],
    ['renewal', renew(mine, START, settings.breaker)],
  ];

  test.each(ends)('writes down its %s while the claim is its own', async (_, change) => {
    expect(await apply(mine, change)).toBeDefined();
  });

  test.each(ends)('changes nothing by its %s once another has claimed', async (_, change) => {
    expect(await apply({ ...mine, claimToken: 'twin' }, change)).toBeUndefined();
  });

  test.each(ends)('changes nothing by its %s once it was requeued', async (_, change) => {
    const requeued = await apply(mine, requeue(mine, AFTER_LEASE));

    expect(await apply(requeued ?? mine, change)).toBeUndefined();
  });

  test('that succeeds names its answer, and owes its event', async () => {
    const answer = anAnswer({ degraded: true, degradedBy: ['simplify'], tier: 'secondary' });

    const { text: _, ...facts } = answer;
    const ended = await apply(mine, succeed(mine, answer, [anAttempt()], 123, START + 900));

    expect(ended).toMatchObject({
      ...facts,
      status: 'SUCCEEDED',
      completedAt: START + 900,
      claimToken: 'claim',
      resultBytes: 123,
      attempts: [anAttempt()],
    });
    expect(ended).toMatchObject({ eventPending: true, dueAt: undefined });
    expect(ended?.leaseUntil).toBeUndefined();
    expect(JSON.stringify(ended)).not.toContain(answer.text);
  });

  test('that is deferred gives its claim back and voids the messages that are out', async () => {
    const deferred = await apply(mine, defer(mine, START + 60_000, [anAttempt()], START));

    expect(deferred).toMatchObject({
      status: 'DEFERRED',
      generation: generation + 1,
      claims: 0,
      deferrals: 1,
      nextAttemptAt: START + 60_000,
    });
    expect(deferred).toMatchObject({ sentAt: START, dueAt: START + 120_000 });
    expect(deferred?.leaseUntil).toBeUndefined();
  });

  test('that is released stays of the same generation', async () => {
    const released = await apply(mine, release(mine, [], START));

    expect(released).toMatchObject({ status: 'QUEUED', generation, claims: 0 });
  });

  test('that was cancelled may still bring its answer, but begins no further call', async () => {
    const cancelling = { ...mine, cancelRequested: true };

    expect(await apply(cancelling, renew(mine, START, settings.breaker))).toBeUndefined();
    expect(await apply(cancelling, succeed(mine, anAnswer(), [], 10, START))).toMatchObject({
      status: 'SUCCEEDED',
    });
  });
});

describe('from outside a run', () => {
  test('a lost run is requeued with its claim spent, once its lease has ended', async () => {
    expect(await apply(aRunningJob(), requeue(aRunningJob(), AFTER_LEASE - 1))).toBeUndefined();
    expect(await apply(aRunningJob(), requeue(aRunningJob(), AFTER_LEASE))).toMatchObject({
      status: 'QUEUED',
      generation: generation + 1,
      claims: 1,
    });
  });

  test('no end is written over a live lease, another generation or another end', async () => {
    const ends = (job: Job) => [
      cancel(job, START),
      expire(job, START),
      deadLetter(job, { type: 't', title: 't' }, START),
    ];

    for (const change of ends(aRunningJob())) {
      expect(await apply(aRunningJob(), change)).toBeUndefined();
    }
    for (const change of ends(aJob())) {
      expect(await apply(aJob({ generation: generation + 1 }), change)).toBeUndefined();
      expect(await apply(aJob({ status: 'FAILED' }), change)).toBeUndefined();
      expect(await apply(aJob(), change)).toMatchObject({ completedAt: START });
    }
  });

  test('a send is noted, unless a worker was quicker', async () => {
    expect(await apply(aJob(), sent(aJob(), START))).toMatchObject({
      sentAt: START,
      dueAt: START + 900_000,
    });
    expect(await apply(aRunningJob(), sent(aJob(), START))).toBeUndefined();
  });

  test('a send that failed is noted, unless it arrived and a worker was quicker', async () => {
    const row = await apply(aJob(), unsent(aJob(), START + 1000));

    expect(row).toMatchObject({ status: 'QUEUED', dueAt: START + 61_000 });
    expect(row?.sentAt).toBeUndefined();
    expect(await apply(aRunningJob(), unsent(aJob(), START))).toBeUndefined();
  });

  test('nothing is due later than the deadline', async () => {
    const short = aJob({ deadlineAt: START + 30_000 });

    expect(await apply(short, sent(short, START))).toMatchObject({ dueAt: START + 30_000 });
  });
});

describe('a redrive', () => {
  const dead = aJob({
    status: 'DEAD_LETTERED',
    claims: 5,
    deferrals: 3,
    completedAt: START,
    error: { type: 't', title: 't' },
    eventPending: true,
    dueAt: START,
  });
  const LATER = START + 3 * 86_400_000;

  test('gives a dead-lettered job all its claims, its time and its retention anew', async () => {
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

  test('keeps to the time that the caller had asked for', async () => {
    const hasty = { ...dead, deadlineSeconds: 30 };

    expect(await apply(hasty, redrive(hasty, LATER, settings))).toMatchObject({
      deadlineAt: LATER + 30_000,
      dueAt: LATER + 30_000,
    });
  });

  test('is refused for a job that is not dead, or was redriven meanwhile', async () => {
    expect(await apply(aJob(), redrive(dead, LATER, settings))).toBeUndefined();
    const again = { ...dead, generation: generation + 2 };
    expect(await apply(again, redrive(dead, LATER, settings))).toBeUndefined();
  });
});
