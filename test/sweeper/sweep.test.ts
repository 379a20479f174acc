import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { succeed } from '../../lambda/core/jobs/end-transitions.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { JobPointer } from '../../lambda/core/jobs/job-queue.ts';
import { NO_ATTEMPT } from '../../lambda/core/jobs/run-record.ts';
import { sweep } from '../../lambda/sweeper/sweep.ts';
import { work } from '../../lambda/worker/work.ts';
import { aJob, anAnswer, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';

const MINUTE = 60_000;
/** The number of rows in a page of the table in memory. */
const MEMORY_PAGE_SIZE = 3;
const { generation } = aJob();

function aWorldOf(jobs: readonly Job[], at: number): World {
  const world = aWorld();
  for (const job of jobs) world.jobs.rows.set(job.jobId, job);
  world.clock.nowMs = at;
  return world;
}

/** The shards in the order in which a sweep at this time visits them. */
const shardsOf = (now: number) => Array.from({ length: 16 }, (_, i) => (now / MINUTE + i) % 16);

const sweepAll = (world: World) => sweep(world, Number.POSITIVE_INFINITY);

describe('a sweep', () => {
  test('sends a job whose send failed, and records it', async () => {
    const world = aWorldOf([aJob({ sentAt: undefined })], START + MINUTE);
    world.queue.waiting = 1000;

    await sweepAll(world);
    await sweepAll(world);

    expect(world.queue.sent).toEqual([
      { message: { jobId: JOB_ID, generation, tenant: 'tenant' }, delayMs: 0 },
    ]);
    expect(rowOf(world, JOB_ID)).toMatchObject({ sentAt: START + MINUTE });
    expect(world.counts[METRIC.sweptJobs]).toBe(1);
  });

  test('sends a deferred job with the delay until its next attempt', async () => {
    const nextAttemptAt = START + 5 * MINUTE;
    const deferred = aJob({ status: 'DEFERRED', sentAt: undefined, nextAttemptAt });
    const world = aWorldOf([deferred], START + MINUTE);

    await sweepAll(world);

    expect(world.queue.sent.map(({ delayMs }) => delayMs)).toEqual([4 * MINUTE]);
    expect(rowOf(world, JOB_ID).dueAt).toBe(START + 20 * MINUTE);
  });

  test('requeues a lost run and sends it in the next generation', async () => {
    const world = aWorldOf([aRunningJob()], START + 2 * MINUTE);

    await sweepAll(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'QUEUED', generation: generation + 1 });
    expect(world.queue.sent).toEqual([
      { message: { jobId: JOB_ID, generation: generation + 1, tenant: 'tenant' }, delayMs: 0 },
    ]);
  });

  test('does not disturb a run whose lease was renewed after the index was read', async () => {
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

  test('sends a job within minutes if its process died before the send and the queue is empty', async () => {
    const world = aWorldOf([aJob()], START + MINUTE);

    await sweepAll(world);

    expect(world.queue.sent).toEqual([
      { message: { jobId: JOB_ID, generation, tenant: 'tenant' }, delayMs: 0 },
    ]);
  });

  test('reads the queue once, however many rows are due', async () => {
    const jobs = ['0a', '1b', '2c'].map((each) => aJob({ jobId: each.padEnd(32, '0') }));
    const world = aWorldOf(jobs, START + MINUTE);
    let asked = 0;
    world.queue.countWaiting = async () => {
      asked += 1;
      return 5;
    };

    await sweepAll(world);

    expect(asked).toBe(1);
    expect(world.queue.sent).toEqual([]);
  });

  test('sends a message that may be lost again, less and less often, while there is a backlog', async () => {
    const world = aWorldOf([aJob()], START);
    world.queue.waiting = 1000;

    for (let minute = 1; minute <= 120; minute++) {
      world.clock.nowMs = START + minute * MINUTE;
      await sweepAll(world);
    }

    expect(world.queue.sent).toEqual(
      Array.from({ length: 4 }, () => ({
        message: { jobId: JOB_ID, generation, tenant: 'tenant' },
        delayMs: 0,
      })),
    );
  });

  test('recognises a backlog of 10,000, because running jobs waited just as long', async () => {
    const waiting = Array.from({ length: 10_000 }, (_, i) => {
      const jobId = i.toString(16).padStart(4, '0').padEnd(32, '0');
      return aJob({ jobId, dueAt: START + 15 * MINUTE });
    });
    const now = START + 20 * MINUTE;
    const runs = aRunningJob({ leaseUntil: now + 70_000, dueAt: now + 70_000 });
    const world = aWorldOf([...waiting, runs], now);
    world.queue.waiting = 10_000;

    await sweepAll(world);

    expect(world.queue.sent).toEqual([]);
    expect([...world.jobs.rows.values()]).toEqual([...waiting, runs]);
  });

  test('does what needs no queue while the queue cannot be read', async () => {
    const lost = aRunningJob({ jobId: '0b'.repeat(16) });
    const world = aWorldOf([aJob(), lost], START + 20 * MINUTE);
    world.queue.countWaiting = async () => {
      throw new Error('SQS does not answer');
    };

    await sweepAll(world);

    expect(world.queue.sent.map(({ message }) => message.jobId)).toEqual([lost.jobId]);
    expect(world.logged).toContainEqual({
      message: 'reading the queue failed',
      fields: { error: 'Error' },
    });
  });

  test('expires a job that waits past its deadline', async () => {
    const world = aWorldOf([aJob({ deadlineAt: START, dueAt: START })], START);

    await sweepAll(world);

    expect(rowOf(world, JOB_ID).status).toBe('EXPIRED');
    expect(world.counts).toEqual({
      [METRIC.jobsExpired]: 1,
      [METRIC.sweptJobs]: 1,
      [`${METRIC.sweptJobs} expire`]: 1,
    });
  });

  test('cancels a lost run whose caller asked for it', async () => {
    const world = aWorldOf([aRunningJob({ cancelRequested: true })], START + 2 * MINUTE);

    await sweepAll(world);

    expect(rowOf(world, JOB_ID).status).toBe('CANCELLED');
    expect(world.queue.sent).toEqual([]);
  });

  test('ends a job whose message SQS dead-lettered before any worker counted its claims', async () => {
    const world = aWorldOf([aJob()], START);

    for (let minute = 1; minute <= 24 * 60; minute++) {
      world.clock.nowMs = START + minute * MINUTE;
      await sweepAll(world);
    }

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'EXPIRED',
      error: { type: 'urn:holdfast:problem:deadline-passed' },
    });
    expect(world.bus.events).toMatchObject([{ status: 'EXPIRED' }]);
    expect(world.queue.sent.length).toBeLessThan(12);
  });

  test('dead-letters a job whose worker dies in each run, after its last claim', async () => {
    const world = aWorldOf([aJob()], START);
    const receive = (message: JobPointer) => work(world, world.invocation, encodeMessage(message));
    world.router.run = () => new Promise(() => undefined);
    void world.results.putPrompt(aJob(), { messages: [userMessage('hello')] });

    void receive(aJob());
    for (let minute = 2; world.queue.dead.length === 0 && minute <= 60; minute += 2) {
      await new Promise((resolve) => setImmediate(resolve));
      world.clock.nowMs = START + minute * MINUTE;
      await sweepAll(world);
      for (const { message } of world.queue.sent.splice(0)) void receive(message);
    }

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'DEAD_LETTERED',
      claims: 5,
      error: { type: 'urn:holdfast:problem:claims-exhausted' },
    });
    expect(world.queue.dead).toMatchObject([{ reason: 'claims-exhausted' }]);
  });

  test.each<[string, Job]>([
    ['waits in a backlog', aJob({ deadlineAt: START + 5 * MINUTE })],
    [
      'is deferred',
      aJob({
        status: 'DEFERRED',
        nextAttemptAt: START + 10 * MINUTE,
        deadlineAt: START + 5 * MINUTE,
      }),
    ],
    ['was never sent', aJob({ sentAt: undefined, deadlineAt: START + 5 * MINUTE })],
  ])('expires a job at its deadline that %s, and publishes it', async (_, job) => {
    const world = aWorldOf([{ ...job, dueAt: job.deadlineAt }], job.deadlineAt - 1);
    await sweepAll(world);
    expect(rowOf(world, JOB_ID).status).toBe(job.status);

    world.clock.nowMs = job.deadlineAt;
    await sweepAll(world);

    expect(rowOf(world, JOB_ID).status).toBe('EXPIRED');
    expect(world.bus.events).toMatchObject([{ status: 'EXPIRED' }]);
  });

  test('lets a run finish after the deadline while it holds its lease', async () => {
    const running = aRunningJob({ deadlineAt: START + MINUTE });
    const world = aWorldOf([{ ...running, dueAt: START }], START + MINUTE);

    await sweepAll(world);
    const answer = succeed(running, anAnswer(), NO_ATTEMPT, 10, START + 70_000);

    expect(await world.jobs.update(JOB_ID, answer)).toMatchObject({ applied: true });
  });

  test('publishes an end once if its process died before it could', async () => {
    const ended = aJob({ status: 'FAILED', eventPending: true, dueAt: START, completedAt: START });
    const world = aWorldOf([ended], START + MINUTE);

    await sweepAll(world);
    await sweepAll(world);

    expect(world.bus.events).toMatchObject([{ jobId: JOB_ID, status: 'FAILED' }]);
    expect(rowOf(world, JOB_ID)).toMatchObject({ eventPending: undefined, dueAt: undefined });
  });

  test('publishes every end while the bus accepts events', async () => {
    const ends = [0, 1, 2].map((sweepShard) => {
      const jobId = `0${sweepShard}`.padEnd(32, '0');
      const fields = { eventPending: true, dueAt: START, completedAt: START };
      return aJob({ jobId, sweepShard, status: 'FAILED', ...fields });
    });
    const world = aWorldOf(ends, START + MINUTE);

    await sweepAll(world);

    expect(world.bus.events).toHaveLength(3);
  });

  test('leaves a message a minute to arrive, even if the queue seems empty', async () => {
    const world = aWorldOf([aJob({ dueAt: START, sentAt: START + 1 })], START + MINUTE);

    await sweepAll(world);
    expect(world.queue.sent).toEqual([]);

    world.clock.nowMs += 1;
    await sweepAll(world);
    expect(world.queue.sent).toHaveLength(1);
  });

  test('tries a bus that is down only once, and still moves the other jobs', async () => {
    const ended = Array.from({ length: 9 }, (_, i) => {
      const jobId = `0${i}`.padEnd(32, '0');
      return aJob({ jobId, status: 'FAILED', eventPending: true, dueAt: START, sweepShard: 0 });
    });
    const unsent = aJob({ sweepShard: 0, sentAt: undefined });
    const world = aWorldOf([...ended, unsent], START + MINUTE);
    let requests = 0;
    world.bus.publish = async () => {
      requests += 1;
      throw new Error('bus down');
    };

    await sweepAll(world);

    expect(requests).toBe(1);
    expect(rowOf(world, JOB_ID).sentAt).toBe(START + MINUTE);
    expect(ended.map(({ jobId }) => rowOf(world, jobId))).toEqual(ended);
  });

  test('continues after a row that fails, and logs it', async () => {
    const ids = ['00', '01', '02'].map((prefix) => prefix.padEnd(32, '0'));
    const world = aWorldOf(
      ids.map((jobId) => aJob({ jobId, sentAt: undefined })),
      START + MINUTE,
    );
    const { update } = world.jobs;
    world.jobs.update = async (jobId, change) => {
      if (jobId === ids[1]) throw new Error('throttled');
      return update.call(world.jobs, jobId, change);
    };

    await sweepAll(world);

    expect(rowOf(world, ids[2] ?? '').sentAt).toBe(START + MINUTE);
    expect(world.logged).toEqual([
      { message: 'sweeping a row failed', fields: { jobId: ids[1], error: 'Error' } },
    ]);
    expect(world.counts[METRIC.sweptJobs]).toBe(2);
  });

  test('visits every shard, starting one further each minute', async () => {
    const visited: number[] = [];
    const world = aWorldOf([], START);
    world.jobs.due = async function* (shard) {
      visited.push(shard);
      yield [];
    };

    await sweepAll(world);
    world.clock.nowMs += MINUTE;
    await sweepAll(world);

    expect(visited).toEqual([...shardsOf(START), ...shardsOf(START + MINUTE)]);
    expect(shardsOf(START).toSorted((a, b) => a - b)).toEqual([...Array(16).keys()]);
  });

  test('stops after the current page when its time is up', async () => {
    const jobs = Array.from({ length: 8 }, (_, i) => aJob({ jobId: `0${i}`.padEnd(32, '0') }));
    const first = shardsOf(START + MINUTE)[0];
    const world = aWorldOf(
      jobs.map((job) => ({ ...job, sweepShard: first ?? 0 })),
      START + MINUTE,
    );

    await sweep(world, START + MINUTE);
    expect(world.queue.sent).toHaveLength(MEMORY_PAGE_SIZE);

    await sweepAll(world);
    expect(world.queue.sent).toHaveLength(jobs.length);
  });

  test('reads no further shard when its time is up', async () => {
    const world = aWorldOf([], START);
    let reads = 0;
    world.jobs.due = async function* () {
      reads += 1;
      world.clock.nowMs += 10_000;
      yield* [];
    };

    await sweep(world, START + 20_000);

    expect(reads).toBe(2);
  });

  test('recognises a backlog by the job that waited longest before its run', async () => {
    const now = START + 20 * MINUTE;
    const waited = (jobId: string, minutes: number) =>
      aRunningJob({
        jobId: jobId.padEnd(32, '0'),
        sweepShard: Number.parseInt(jobId, 16),
        sentAt: now - minutes * MINUTE,
        leaseUntil: now + 70_000,
        dueAt: now + 70_000,
      });
    const runs = [waited('01', 1), waited('02', 11), waited('03', 0)];
    const world = aWorldOf([aJob(), ...runs], now);
    world.queue.waiting = 10;

    await sweepAll(world);
    expect(world.queue.sent).toEqual([]);

    for (const run of runs) world.jobs.rows.set(run.jobId, { ...run, sentAt: now });
    await sweepAll(world);
    expect(world.queue.sent.map(({ message }) => message.jobId)).toEqual([JOB_ID]);
  });
});

describe('the metrics of a sweep count', () => {
  const ended = aJob({ status: 'FAILED', eventPending: true, dueAt: START, completedAt: START });

  test.each<[string, Job]>([
    ['send', aJob({ sentAt: undefined })],
    ['send-again', aJob()],
    ['requeue', aRunningJob({ leaseUntil: START })],
    ['cancel', aJob({ cancelRequested: true })],
    ['expire', aJob({ deadlineAt: START })],
    ['publish', ended],
  ])('a job once in all, and once by its action: %s', async (action, job) => {
    const world = aWorldOf([{ ...job, dueAt: START }], START + MINUTE);

    await sweepAll(world);

    expect(world.counts).toMatchObject({
      [METRIC.sweptJobs]: 1,
      [`${METRIC.sweptJobs} ${action}`]: 1,
    });
  });

  const renewed = aRunningJob({ leaseUntil: START + 3 * MINUTE, dueAt: START + 3 * MINUTE });
  const stale = { ...renewed, leaseUntil: START };
  const claimed = { ...aRunningJob(), generation: generation + 1 };

  test.each<[string, Job, Job | undefined]>([
    ['holds its lease', renewed, renewed],
    ['was renewed since the index was read', stale, renewed],
    ['was claimed before it could be cancelled', aJob({ cancelRequested: true }), claimed],
    ['was claimed before it could expire', aJob({ deadlineAt: START }), claimed],
    ['was deleted before its end could be published', ended, undefined],
    ['was published since the index was read', { ...ended, dueAt: START + MINUTE }, ended],
  ])('no job that %s', async (_, read, row) => {
    const world = aWorldOf(row ? [row] : [], START + MINUTE);
    world.jobs.due = async function* (shard) {
      if (shard === 0) yield [read];
    };

    await sweepAll(world);

    expect(world.counts).toEqual({ [METRIC.sweptJobs]: 0 });
    expect([world.queue.sent, world.logged]).toEqual([[], []]);
    expect(world.jobs.rows.get(JOB_ID)).toEqual(row);
  });

  test('no event that the bus refused', async () => {
    const world = aWorldOf([ended], START + MINUTE);
    world.bus.isDown = true;

    await sweepAll(world);

    expect(world.counts).toEqual({ [METRIC.sweptJobs]: 0, [METRIC.eventsUnsent]: 1 });
  });

  test('nothing for a row whose check is only postponed until its lease ends', async () => {
    const world = aWorldOf([{ ...renewed, dueAt: START }], START + MINUTE);

    await sweepAll(world);

    expect(rowOf(world, JOB_ID).dueAt).toBe(START + 3 * MINUTE);
    expect(world.counts).toEqual({ [METRIC.sweptJobs]: 0 });
  });
});
