import { describe, expect, test } from '@jest/globals';
import { type RedriveDependencies, redrive } from '../../lambda/admin/redrive.ts';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { RunRequest } from '../../lambda/core/router/run-request.ts';
import type { RunResult } from '../../lambda/core/router/run-result.ts';
import { work } from '../../lambda/worker/work.ts';
import { aJob, anAttempt, JOB_ID } from '../support/job-builders.ts';
import { answers, aWorld, rowOf, type World } from '../support/job-world.ts';

const { generation } = aJob();
const MESSAGE = encodeMessage({ jobId: JOB_ID, generation });
const EAST = 'us-east-1/a';
const WEST = 'us-west-2/a';

const charged = (target = EAST) =>
  anAttempt({ target, outcome: 'model-error', charged: true as const });
const skipped = (target = EAST) => anAttempt({ target, outcome: 'skipped', reason: 'open', ms: 0 });
const noAnswer: RunResult = { outcome: 'no-answer', attempts: [charged(), charged(WEST)] };
const outOfTime = (...attempts: RunResult['attempts']): RunResult => ({
  outcome: 'out-of-time',
  attempts,
});
const deferred = (...attempts: RunResult['attempts']): RunResult => ({
  outcome: 'deferred',
  unserved: [],
  attempts,
});

/** Returns a world whose runs end with these results, one after the other. */
function aWorldWith(job: Job, ...results: readonly RunResult[]) {
  const requests: RunRequest[] = [];
  const world = aWorld({
    run: (request) => {
      requests.push(request);
      return results[requests.length - 1] ?? answers();
    },
  });
  world.jobs.rows.set(job.jobId, job);
  void world.results.putPrompt(job, { messages: [userMessage('hello')] });
  return { ...world, requests };
}

const receive = (world: World, body = MESSAGE) => work(world, world.invocation, body);

/** Delivers the message that the job's last run or its redrive sent. */
async function receiveNext(world: World): Promise<void> {
  const next = world.queue.sent.at(-1)?.message;
  if (!next) throw new Error('no message was sent');
  await receive(world, encodeMessage(next));
}

describe('a job that has used up its failed calls', () => {
  test('is dead-lettered with its attempts, its event and the reason', async () => {
    const world = aWorldWith(aJob({ failedCalls: 6 }), noAnswer);

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'DEAD_LETTERED',
      error: { type: 'urn:holdfast:problem:no-answer' },
      attempts: noAnswer.attempts,
      failedCalls: 8,
    });
    expect(rowOf(world, JOB_ID).leaseUntil).toBeUndefined();
    expect(world.queue.dead).toEqual([{ body: MESSAGE, reason: 'no-answer', tenant: 'tenant' }]);
    expect(world.bus.events).toMatchObject([
      { status: 'DEAD_LETTERED', errorType: 'urn:holdfast:problem:no-answer' },
    ]);
  });

  test('is counted as dead-lettered and as without an answer', async () => {
    const world = aWorldWith(aJob(), noAnswer);

    await receive(world);

    expect(world.counts).toEqual({ [METRIC.jobsDeadLettered]: 1, [METRIC.jobsWithoutAnswer]: 1 });
    expect(world.logged).toContainEqual({
      message: 'job dead-lettered: its failed calls are used up',
      fields: { jobId: JOB_ID },
    });
  });

  test('is not counted as without an answer if its claims were used up', async () => {
    const world = aWorldWith(aJob({ claims: 5 }));

    await receive(world);

    expect(world.counts).toEqual({ [METRIC.jobsDeadLettered]: 1 });
  });

  test('is dead-lettered with the same reason when its worker dies between row and dead letter', async () => {
    const world = aWorldWith(aJob(), noAnswer);
    world.queue.isDown = true;
    await expect(receive(world)).rejects.toThrow('queue down');
    expect(rowOf(world, JOB_ID).status).toBe('DEAD_LETTERED');
    world.queue.isDown = false;

    await receive(world);

    expect(world.requests).toHaveLength(1);
    expect(world.queue.dead).toEqual([{ body: MESSAGE, reason: 'no-answer', tenant: 'tenant' }]);
    expect(world.counts[METRIC.jobsWithoutAnswer]).toBe(1);
  });

  test('sends its dead letter again, but not its event, if its message is delivered again', async () => {
    const world = aWorldWith(aJob(), noAnswer);
    await receive(world);

    await receive(world);

    expect(world.requests).toHaveLength(1);
    expect(world.queue.dead).toEqual([
      { body: MESSAGE, reason: 'no-answer', tenant: 'tenant' },
      { body: MESSAGE, reason: 'no-answer', tenant: 'tenant' },
    ]);
    expect(world.bus.events).toMatchObject([{ id: `${JOB_ID}#${generation}` }]);
  });

  test('sends no dead letter if another run has taken the job', async () => {
    const world = aWorldWith(aJob());
    world.router.run = async () => {
      world.jobs.rows.set(JOB_ID, { ...rowOf(world, JOB_ID), claimToken: 'other' });
      return noAnswer;
    };

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'RUNNING', claimToken: 'other' });
    expect(world.queue.dead).toEqual([]);
    expect(world.counts).toEqual({});
  });

  test('can be redriven, with all its failed calls again', async () => {
    const world = aWorldWith(aJob({ failedCalls: 6 }), noAnswer);
    await receive(world);

    await redriveAll(world);
    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'QUEUED', failedCalls: 0, redrives: 1 });
    await receiveNext(world);

    expect(world.requests.map(({ failedCalls }) => failedCalls)).toEqual([6, 0]);
    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'SUCCEEDED' });
    expect(rowOf(world, JOB_ID).error).toBeUndefined();
  });
});

describe('a job that is put back for lack of time', () => {
  test('goes on with the targets that it has not called', async () => {
    const world = aWorldWith(aJob(), outOfTime(skipped(), charged(WEST)), outOfTime(charged(EAST)));

    await receive(world);
    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'QUEUED', calledTargets: [WEST] });
    await receiveNext(world);
    await receiveNext(world);

    expect(world.requests.map(({ calledTargets }) => calledTargets)).toEqual([
      undefined,
      [WEST],
      [WEST, EAST],
    ]);
  });

  test('keeps the number of its failed runs', async () => {
    const world = aWorldWith(aJob({ failedRuns: 3 }), outOfTime(charged()));

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ failedRuns: 3, failedCalls: 1, claims: 0 });
  });

  test('may call every target again after a deferral', async () => {
    const world = aWorldWith(aJob(), outOfTime(charged(WEST)), deferred(charged(EAST)));

    await receive(world);
    await receiveNext(world);
    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'DEFERRED', failedCalls: 2 });
    await receiveNext(world);

    expect(world.requests[2]?.calledTargets).toBeUndefined();
    expect(world.requests[2]).toMatchObject({ failedCalls: 2 });
  });
});

describe('a job that some targets refused', () => {
  const refusedBy = (target: string, run: RunResult): RunResult => ({
    ...run,
    refusedTargets: [{ target }],
  });

  test('gives all its later runs the targets that are not to be asked again', async () => {
    const world = aWorldWith(
      aJob(),
      refusedBy(WEST, deferred()),
      refusedBy(EAST, outOfTime()),
      deferred(),
    );

    for (const receiveOne of [receive, receiveNext, receiveNext, receiveNext]) {
      await receiveOne(world);
    }

    expect(world.requests.map(({ refusedTargets }) => refusedTargets)).toEqual([
      undefined,
      [{ target: WEST }],
      [{ target: WEST }, { target: EAST }],
      [{ target: WEST }, { target: EAST }],
    ]);
  });

  test('does not ask them again after a redrive', async () => {
    const world = aWorldWith(aJob({ failedCalls: 6 }), refusedBy(WEST, noAnswer));

    await receive(world);
    await redriveAll(world);
    await receiveNext(world);

    expect(world.requests[1]?.refusedTargets).toEqual([{ target: WEST }]);
  });
});

describe('a deferral', () => {
  test.each([
    ['with calls adds to the failed runs in a row', [skipped(), charged(WEST)], 3],
    ['without a call starts the failed runs again', [skipped(), skipped(WEST)], 0],
  ])('%s', async (_, attempts, failedRuns) => {
    const world = aWorldWith(aJob({ failedRuns: 2 }), deferred(...attempts));

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'DEFERRED', failedRuns });
  });

  test('counts only the calls that were charged to the job', async () => {
    const throttled = anAttempt({ target: WEST, outcome: 'quota-minute' });
    const world = aWorldWith(aJob({ failedCalls: 1 }), deferred(charged(), throttled));

    await receive(world);

    expect(rowOf(world, JOB_ID).failedCalls).toBe(2);
  });
});

/** Redrives every dead letter of the world. */
async function redriveAll(world: World): Promise<void> {
  const letters = world.queue.dead.map(({ body }, i) => ({ body, receipt: `${i}` }));
  const dependencies: RedriveDependencies = {
    ...world,
    deadLetters: {
      receive: async () => letters.splice(0),
      remove: async () => undefined,
      release: async () => undefined,
      count: async () => letters.length,
    },
    circuits: { summaries: async (keys) => keys.map((key) => ({ key, state: 'CLOSED' })) },
    disabledTargets: { all: async () => ({}) },
  };
  const request = { limit: 10, maxPerSecond: 10, dryRun: false };
  await redrive(dependencies, world.settings, request, world.clock.nowMs + 25_000);
}
