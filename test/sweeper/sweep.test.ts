import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { sweep } from '../../lambda/sweeper/sweep.ts';
import { aJob, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';

const MINUTE = 60_000;
const { generation } = aJob();

function aWorldOf(jobs: readonly Job[], at: number): World {
  const world = aWorld();
  for (const job of jobs) world.jobs.rows.set(job.jobId, job);
  world.clock.nowMs = at;
  return world;
}

const sweepAll = (world: World) => sweep(world, Number.POSITIVE_INFINITY);

describe('a sweep', () => {
  test('sends what was never sent, and notes it', async () => {
    const world = aWorldOf([aJob()], START + MINUTE);

    await sweepAll(world);
    await sweepAll(world);

    expect(world.queue.sent).toEqual([{ message: { jobId: JOB_ID, generation }, delayMs: 0 }]);
    expect(rowOf(world, JOB_ID)).toMatchObject({ sentAt: START + MINUTE });
    expect(world.counts[METRIC.sweptJobs]).toBe(1);
  });

  test('sends a deferred job for the time that it waits for', async () => {
    const deferred = aJob({ status: 'DEFERRED', nextAttemptAt: START + 5 * MINUTE });
    const world = aWorldOf([deferred], START + MINUTE);

    await sweepAll(world);

    expect(world.queue.sent.map(({ delayMs }) => delayMs)).toEqual([4 * MINUTE]);
    expect(rowOf(world, JOB_ID).dueAt).toBe(START + 20 * MINUTE);
  });

  test('takes a lost run back and sends it in the next generation', async () => {
    const world = aWorldOf([aRunningJob()], START + 2 * MINUTE);

    await sweepAll(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'QUEUED', generation: generation + 1 });
    expect(world.queue.sent).toEqual([
      { message: { jobId: JOB_ID, generation: generation + 1 }, delayMs: 0 },
    ]);
  });

  test('leaves a run alone that was renewed since the index was written', async () => {
    const renewed = aRunningJob({ leaseUntil: START + 3 * MINUTE, dueAt: START });
    const stale = { ...renewed, leaseUntil: START + MINUTE };
    const world = aWorldOf([renewed], START + 2 * MINUTE);
    world.jobs.due = async function* () {
      yield [stale];
    };

    await sweepAll(world);

    expect(rowOf(world, JOB_ID)).toEqual(renewed);
    expect(world.queue.sent).toEqual([]);
  });

  test('sends a twin of a message that may be lost, same generation, ever more rarely', async () => {
    const world = aWorldOf([aJob({ sentAt: START, dueAt: START + 15 * MINUTE })], START);

    for (let minute = 1; minute <= 120; minute++) {
      world.clock.nowMs = START + minute * MINUTE;
      await sweepAll(world);
    }

    expect(world.queue.sent).toEqual(
      Array.from({ length: 4 }, () => ({ message: { jobId: JOB_ID, generation }, delayMs: 0 })),
    );
  });

  test('takes a backlog of 10,000 for what it is: the jobs that run waited just as long', async () => {
    const waiting = Array.from({ length: 10_000 }, (_, i) => {
      const jobId = i.toString(16).padStart(4, '0').padEnd(32, '0');
      return aJob({ jobId, sentAt: START, dueAt: START + 15 * MINUTE });
    });
    const now = START + 20 * MINUTE;
    const runs = aRunningJob({ leaseUntil: now + 70_000, dueAt: now + 70_000 });
    const world = aWorldOf([...waiting, runs], now);

    await sweepAll(world);

    expect(world.queue.sent).toEqual([]);
    expect(rowOf(world, waiting[0]?.jobId ?? '').dueAt).toBe(START + 40 * MINUTE);
  });

  test('expires what waits past its deadline', async () => {
    const world = aWorldOf([aJob({ deadlineAt: START, dueAt: START })], START);

    await sweepAll(world);

    expect(rowOf(world, JOB_ID).status).toBe('EXPIRED');
    expect(world.counts).toEqual({ [METRIC.jobsExpired]: 1, [METRIC.sweptJobs]: 1 });
  });

  test('cancels a lost run that was to be cancelled', async () => {
    const world = aWorldOf([aRunningJob({ cancelRequested: true })], START + 2 * MINUTE);

    await sweepAll(world);

    expect(rowOf(world, JOB_ID).status).toBe('CANCELLED');
    expect(world.queue.sent).toEqual([]);
  });

  test('goes on past a row that breaks, and says so', async () => {
    const ids = ['00', '01', '02'].map((prefix) => prefix.padEnd(32, '0'));
    const world = aWorldOf(
      ids.map((jobId) => aJob({ jobId })),
      START + MINUTE,
    );
    const { update } = world.jobs;
    world.jobs.update = async (jobId, change) => {
      if (jobId === ids[1]) throw new Error('throttled');
      return update.call(world.jobs, jobId, change);
    };

    await sweepAll(world);

    expect(rowOf(world, ids[2] ?? '').sentAt).toBe(START + MINUTE);
    expect(world.logged.map(({ fields }) => fields)).toEqual([{ jobId: ids[1], error: 'Error' }]);
  });

  test('visits every shard, beginning at another one each minute', async () => {
    const visited: number[] = [];
    const world = aWorldOf([], START);
    world.jobs.due = async function* (shard) {
      visited.push(shard);
      yield [];
    };

    await sweepAll(world);
    world.clock.nowMs += MINUTE;
    await sweepAll(world);

    const [first, second] = [visited.slice(0, 16), visited.slice(16)];
    expect(new Set(first).size).toBe(16);
    expect(new Set(second)).toEqual(new Set(first));
    expect(second[0]).not.toBe(first[0]);
  });

  test('stops after the page in hand when its time is up', async () => {
    const jobs = Array.from({ length: 8 }, (_, i) => aJob({ jobId: `0${i}`.padEnd(32, '0') }));
    const inOneShard = jobs.map((job) => ({ ...job, sweepShard: 0 }));
    const world = aWorldOf(inOneShard, START + MINUTE);

    await sweep(world, START + MINUTE);
    expect(world.queue.sent.length).toBeLessThan(jobs.length);

    await sweepAll(world);
    expect(world.queue.sent).toHaveLength(jobs.length);
  });
});
