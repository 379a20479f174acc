import { describe, expect, test } from '@jest/globals';
import { type RedriveDependencies, redrive } from '../../lambda/admin/redrive.ts';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import { type RedriveRequest, redriveRequest } from '../../lambda/contract/schemas/redrive.ts';
import type { CircuitSummary } from '../../lambda/core/breaker/summary.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { sweep } from '../../lambda/sweeper/sweep.ts';
import { work } from '../../lambda/worker/work.ts';
import { aJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf } from '../support/job-world.ts';
import { MemoryDeadLetters } from '../support/memory-dead-letters.ts';
import { A, B, twoChains } from '../support/two-chains.ts';

const { generation } = aJob();
const MINUTE = 60_000;

const idOf = (i: number) => i.toString(16).padStart(32, '0');
const aDeadJob = (fields: Partial<Job> = {}) =>
  aJob({ status: 'DEAD_LETTERED', claims: 5, completedAt: START, dueAt: undefined, ...fields });
const letterFor = (job: Job) => encodeMessage(job);

interface Options {
  readonly jobs?: readonly Job[];
  /** The bodies of the messages in the dead-letter queue. @default one for each job */
  readonly bodies?: readonly string[];
  /** Target keys whose circuits are open. */
  readonly open?: readonly string[];
  readonly settings?: Settings;
}

function aRedrive({ jobs = [], bodies = jobs.map(letterFor), open = [], settings }: Options = {}) {
  const world = aWorld({ settings });
  for (const job of jobs) world.jobs.rows.set(job.jobId, job);
  const deadLetters = new MemoryDeadLetters(bodies);
  const openKeys = new Set(open);
  const summaryOf = (key: string): CircuitSummary =>
    openKeys.has(key)
      ? { key, state: 'OPEN', untilMs: START + 3_600_000 }
      : { key, state: 'CLOSED' };
  const dependencies: RedriveDependencies = {
    ...world,
    deadLetters,
    circuits: { summaries: async (keys) => keys.map(summaryOf) },
    disabledTargets: { all: async () => ({}) },
  };
  const run = (request: Partial<RedriveRequest> = {}, forMs = 25_000) =>
    redrive(dependencies, world.settings, redriveRequest.parse(request), world.clock.nowMs + forMs);
  return { world, deadLetters, openKeys, dependencies, run };
}

const PRIMARY = 'us-east-1/anthropic.primary';
const ALL = [PRIMARY, 'us-east-1/anthropic.secondary', 'us-east-1/anthropic.last-resort'];

describe('a redrive', () => {
  test('moves dead-lettered jobs back into the queue and removes their messages', async () => {
    const { world, deadLetters, run } = aRedrive({ jobs: [aDeadJob()] });

    const report = await run();

    expect(report).toEqual({
      moved: 1,
      skipped: 0,
      held: 0,
      unreadable: 0,
      left: 0,
      dryRun: false,
    });
    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'QUEUED',
      generation: generation + 1,
      claims: 0,
      redrives: 1,
      sentAt: START,
    });
    const message = { jobId: JOB_ID, generation: generation + 1, tenant: 'tenant' };
    expect(world.queue.sent).toEqual([{ message, delayMs: 0 }]);
    expect(deadLetters.bodies.size).toBe(0);
    expect(deadLetters.released).toEqual([]);
    expect(world.counts[METRIC.jobsRedriven]).toBe(1);
    expect(world.logged).toEqual([
      { message: 'job redriven', fields: { jobId: JOB_ID, redrives: 1 } },
      { message: 'redrive finished', fields: report },
    ]);
  });

  test('goes on after an empty page, and ends after two in a row', async () => {
    const { deadLetters, run } = aRedrive({ jobs: [aDeadJob()] });
    deadLetters.emptyPages.add(0);

    expect(await run()).toMatchObject({ moved: 1, left: 0 });
    expect(deadLetters.pages).toBe(4);
  });

  test('lets a job that had used up its claims run to its end', async () => {
    const { world, run } = aRedrive({ jobs: [aDeadJob()] });
    await world.results.putPrompt(aJob(), { messages: [userMessage('hello')] });

    await run();
    const [sent] = world.queue.sent;
    await work(world, world.invocation, encodeMessage(sent?.message ?? aJob()));

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'SUCCEEDED', claims: 1, redrives: 1 });
  });

  test.each<[string, readonly Job[]]>([
    ['of a job without a row', []],
    ['of a job that has succeeded', [aJob({ status: 'SUCCEEDED' })]],
    ['of a job that still waits', [aJob()]],
    ['of an expired job', [aDeadJob({ expiresAt: START / 1000 })]],
    ['of a job whose purge has begun', [aDeadJob({ purge: 'begun' })]],
    ['of a purged job', [aDeadJob({ purge: 'done' })]],
  ])('removes a message %s', async (_, jobs) => {
    const { world, deadLetters, run } = aRedrive({ jobs, bodies: [letterFor(aJob())] });

    expect(await run()).toMatchObject({ moved: 0, skipped: 1, left: 0 });
    expect([...world.jobs.rows.values()]).toEqual(jobs);
    expect([world.queue.sent, deadLetters.bodies.size]).toEqual([[], 0]);
  });

  test('moves a job once, even if it has several messages', async () => {
    const bodies = [letterFor(aJob()), letterFor(aJob({ generation: generation - 2 }))];
    const { world, run } = aRedrive({ jobs: [aDeadJob()], bodies });

    expect(await run({ maxPerSecond: 1 })).toMatchObject({ moved: 1, skipped: 1, left: 0 });
    expect(world.queue.sent).toHaveLength(1);
  });

  test('does not move a job that somebody else has moved since its row was read', async () => {
    const { world, run } = aRedrive({ jobs: [aDeadJob()] });
    world.jobs.get = async (jobId) => {
      world.jobs.rows.set(jobId, aJob({ generation: generation + 1 }));
      return aDeadJob();
    };

    expect(await run()).toMatchObject({ moved: 0, skipped: 1, left: 0 });
    expect(world.queue.sent).toEqual([]);
  });

  test('leaves unreadable messages in the queue, visible at once', async () => {
    const bodies = ['rubbish', `{"version":2,"jobId":"${JOB_ID}","generation":1}`];
    const { deadLetters, run } = aRedrive({ bodies });

    expect(await run()).toMatchObject({ moved: 0, skipped: 0, unreadable: 2, left: 2 });
    expect([...deadLetters.bodies.values()]).toEqual(bodies);
    expect(deadLetters.hidden.size).toBe(0);
  });

  test('changes nothing in a dry run', async () => {
    const done = aJob({ jobId: idOf(2), status: 'SUCCEEDED' });
    const jobs = [aDeadJob(), done];
    const bodies = [...[aJob(), aJob({ jobId: idOf(1) }), done].map(letterFor), 'rubbish'];
    const { world, deadLetters, run } = aRedrive({ jobs, bodies });

    expect(await run({ dryRun: true })).toEqual({
      moved: 1,
      skipped: 2,
      held: 0,
      unreadable: 1,
      left: 4,
      dryRun: true,
    });
    expect([...world.jobs.rows.values()]).toEqual(jobs);
    expect([world.queue.sent, deadLetters.hidden.size]).toEqual([[], 0]);
    expect(world.clock.nowMs).toBe(START);
  });
});

describe('a redrive is limited', () => {
  const many = Array.from({ length: 45 }, (_, i) => aDeadJob({ jobId: idOf(i) }));

  test.each([
    [10, 4_000],
    [3, 14_000],
    [0.5, 88_000],
  ])('by a rate of %d jobs a second', async (maxPerSecond, leastMs) => {
    const { world, run } = aRedrive({ jobs: many });

    const report = await run({ maxPerSecond }, 3_600_000);

    expect(report).toMatchObject({ moved: 45, left: 0 });
    expect(world.clock.nowMs - START).toBeGreaterThanOrEqual(leastMs);
  });

  test('by the number of jobs', async () => {
    const { run } = aRedrive({ jobs: many });

    expect(await run({ limit: 13 })).toMatchObject({ moved: 13, left: 32 });
    expect(await run()).toMatchObject({ moved: 32, left: 0 });
  });

  test('to nothing if its function is nearly over', async () => {
    const { deadLetters, run } = aRedrive({ jobs: many });

    expect(await run({}, 5_000)).toMatchObject({ moved: 0, held: 0, left: 45 });
    expect(deadLetters.pages).toBe(0);
  });

  test('by the remaining time of its function', async () => {
    const { world, deadLetters, run } = aRedrive({ jobs: many });

    const report = await run({ maxPerSecond: 1 }, 25_000);

    expect(report).toMatchObject({ moved: 20, left: 25 });
    expect(world.clock.nowMs - START).toBeLessThanOrEqual(20_000);
    expect(deadLetters.hidden.size).toBe(0);
  });
});

describe('a redrive is held', () => {
  test('while every target rejects calls, and receives no messages', async () => {
    const { world, deadLetters, run } = aRedrive({ jobs: [aDeadJob()], open: ALL });

    expect(await run()).toMatchObject({ moved: 0, held: 1, left: 1 });
    expect(rowOf(world, JOB_ID)).toEqual(aDeadJob());
    expect(deadLetters.pages).toBe(0);
  });

  test.each<[string, Partial<Job>]>([
    ['the tiers', { minTier: 'primary' }],
    ['the circuits', { whenOpen: 'queue' }],
    ['the regions', { regions: ['eu-west-1'] }],
    ['its refusals', { refusedTargets: ALL.slice(1).map((target) => ({ target })) }],
  ])('only for a job that %s leave without a target', async (_, fields) => {
    const choosy = aDeadJob({ jobId: idOf(1), ...fields });
    const { world, deadLetters, run } = aRedrive({ jobs: [choosy, aDeadJob()], open: [PRIMARY] });

    expect(await run()).toMatchObject({ moved: 1, held: 1, left: 1 });
    expect(rowOf(world, choosy.jobId)).toEqual(choosy);
    expect(rowOf(world, JOB_ID).status).toBe('QUEUED');
    expect(deadLetters.hidden.size).toBe(0);
  });

  test('only for jobs whose own chain has no serving target', async () => {
    const jobs = [
      aDeadJob({ jobId: idOf(1), chain: 'fast' }),
      aDeadJob({ jobId: idOf(2), chain: 'strong' }),
    ];
    const { world, run } = aRedrive({ jobs, settings: twoChains(), open: [A, B] });

    expect(await run()).toMatchObject({ moved: 1, held: 1 });
    expect(rowOf(world, idOf(1)).status).toBe('DEAD_LETTERED');
    expect(rowOf(world, idOf(2)).status).toBe('QUEUED');
  });

  test('not for a job whose chain is gone, because its run ends it with that reason', async () => {
    const { run } = aRedrive({ jobs: [aDeadJob({ chain: 'former' })], settings: twoChains() });

    expect(await run()).toMatchObject({ moved: 1, held: 0 });
  });

  test('only by the targets that refused the job', async () => {
    const [, secondary = ''] = ALL;
    const jobs = [aDeadJob({ refusedTargets: [{ target: secondary }] })];
    const others = ALL.filter((target) => target !== secondary);

    expect(await aRedrive({ jobs, open: others }).run()).toMatchObject({ moved: 0, held: 1 });
    expect(await aRedrive({ jobs, open: [secondary] }).run()).toMatchObject({ moved: 1, held: 0 });
  });

  test('from the moment at which the last target is lost', async () => {
    const jobs = Array.from({ length: 30 }, (_, i) => aDeadJob({ jobId: idOf(i) }));
    const { world, openKeys, run } = aRedrive({ jobs });
    const sleep = world.clock.sleep.bind(world.clock);
    world.clock.sleep = async (ms) => {
      for (const key of ALL) openKeys.add(key);
      await sleep(ms);
    };

    expect(await run()).toMatchObject({ moved: 10, held: 20, left: 20 });
  });
});

describe('a redrive that crashes', () => {
  test('between the write and the send leaves the job to the sweeper', async () => {
    const { world, run } = aRedrive({ jobs: [aDeadJob()] });
    world.queue.isDown = true;
    await expect(run()).rejects.toThrow('queue down');
    world.queue.isDown = false;

    world.clock.nowMs += MINUTE;
    await sweep(world, Number.POSITIVE_INFINITY);

    const message = { jobId: JOB_ID, generation: generation + 1, tenant: 'tenant' };
    expect(world.queue.sent).toEqual([{ message, delayMs: 0 }]);
  });

  test('before it removes a message leaves it to the next redrive', async () => {
    const { world, deadLetters, dependencies, run } = aRedrive({ jobs: [aDeadJob()] });
    const { remove } = deadLetters;
    dependencies.deadLetters.remove = async () => {
      throw new Error('queue down');
    };
    await expect(run()).rejects.toThrow('queue down');
    dependencies.deadLetters.remove = remove;
    deadLetters.hidden.clear();

    expect(await run()).toMatchObject({ moved: 0, skipped: 1, left: 0 });
    expect(world.queue.sent).toHaveLength(1);
  });
});
