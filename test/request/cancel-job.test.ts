import { beforeEach, describe, expect, test } from '@jest/globals';
import { cancelJob } from '../../lambda/core/jobs/cancel-job.ts';
import { succeed } from '../../lambda/core/jobs/end-transitions.ts';
import { NO_ATTEMPT } from '../../lambda/core/jobs/run-record.ts';
import { claim, defer } from '../../lambda/core/jobs/transitions.ts';
import { type ApiCall, anApi, bodyOf } from '../support/api-caller.ts';
import { aJob, anAnswer, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';

let world: World;
let call: ApiCall;
beforeEach(() => {
  world = aWorld();
  call = anApi(world);
});

const cancel = (id = JOB_ID, apiKeyId = 'tenant') =>
  call({ route: 'DELETE /jobs/{id}', id, apiKeyId });

/** Runs `step` between the read and the first write of the row, like a concurrent writer. */
function interfere(step: () => Promise<unknown>): void {
  const { jobs } = world;
  const update = jobs.update.bind(jobs);
  jobs.update = async (jobId, change) => {
    jobs.update = update;
    await step();
    return update(jobId, change);
  };
}

describe('DELETE /v1/jobs/{id}', () => {
  test.each([
    ['queued', aJob()],
    ['deferred', aJob({ status: 'DEFERRED', nextAttemptAt: START + 60_000 })],
    ['running with an expired lease', aRunningJob({ leaseUntil: START })],
    [
      'to be cancelled by a run that was lost',
      aRunningJob({ leaseUntil: START, cancelRequested: true }),
    ],
  ])('ends a job that is %s at once', async (_, job) => {
    world.jobs.rows.set(JOB_ID, job);

    const result = await cancel();

    expect(result.statusCode).toBe(202);
    expect(bodyOf(result)).toMatchObject({
      jobId: JOB_ID,
      status: 'CANCELLED',
      completedAt: '2026-01-01T00:00:00.000Z',
    });
    expect(result.headers).not.toHaveProperty('retry-after');
    expect(rowOf(world, JOB_ID).status).toBe('CANCELLED');
  });

  test('publishes the completion event, as every end does', async () => {
    world.jobs.rows.set(JOB_ID, aJob());

    await cancel();

    expect(world.bus.events).toMatchObject([{ jobId: JOB_ID, status: 'CANCELLED' }]);
    expect(rowOf(world, JOB_ID).eventPending).toBeUndefined();
  });

  test('asks the run of a running job to stop, however often it is called', async () => {
    world.jobs.rows.set(JOB_ID, aRunningJob());

    const first = await cancel();
    const asked = rowOf(world, JOB_ID);
    world.jobs.update = async () => {
      throw new Error('written again');
    };
    const second = await cancel();

    for (const result of [first, second]) {
      expect(result.statusCode).toBe(202);
      expect(bodyOf(result)).toMatchObject({ status: 'RUNNING', cancelRequested: true });
      expect(result.headers?.['retry-after']).toBe('1');
    }
    expect(asked).toEqual({ ...aRunningJob(), cancelRequested: true });
  });

  test('lets an answer win that arrives before the run stops', async () => {
    const running = aRunningJob();
    world.jobs.rows.set(JOB_ID, running);
    await cancel();

    await world.jobs.update(JOB_ID, succeed(running, anAnswer(), NO_ATTEMPT, 99, START));

    const { body } = await call({ id: JOB_ID, apiKeyId: 'tenant' });
    expect(JSON.parse(body)).toMatchObject({ status: 'SUCCEEDED' });
    expect(body).not.toContain('cancelRequested');
  });

  test.each(['SUCCEEDED', 'FAILED', 'DEAD_LETTERED', 'EXPIRED', 'CANCELLED'] as const)(
    'is a conflict for a job that is %s',
    async (status) => {
      const ended = aJob({ status, completedAt: START });
      world.jobs.rows.set(JOB_ID, ended);

      const result = await cancel();

      expect(result.statusCode).toBe(409);
      expect(bodyOf(result).type).toBe('urn:holdfast:problem:already-ended');
      expect(rowOf(world, JOB_ID)).toEqual(ended);
    },
  );

  test('finds no job of another tenant and leaves it unchanged', async () => {
    world.jobs.rows.set(JOB_ID, aJob());

    const theirs = await cancel(JOB_ID, 'other');
    const none = await cancel('f'.repeat(32), 'other');

    expect(theirs).toEqual(none);
    expect(theirs.statusCode).toBe(404);
    expect(rowOf(world, JOB_ID).status).toBe('QUEUED');
  });

  test('does not find an expired job', async () => {
    world.jobs.rows.set(JOB_ID, aJob({ expiresAt: START / 1000 }));

    expect((await cancel()).statusCode).toBe(404);
  });

  test.each(['', '../x', JOB_ID.toUpperCase(), `${JOB_ID}0`])('finds no job %j', async (id) => {
    world.jobs.get = async () => {
      throw new Error('the table was asked');
    };

    expect((await cancel(id)).statusCode).toBe(404);
  });
});

describe('a cancel that races', () => {
  test('with a claim asks the winning run to stop', async () => {
    world.jobs.rows.set(JOB_ID, aJob());
    const { generation } = aJob();
    interfere(() => world.jobs.update(JOB_ID, claim(generation, 'claim', START, world.settings)));

    const result = await cancel();

    expect(result.statusCode).toBe(202);
    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'RUNNING', cancelRequested: true });
  });

  test('with a deferral ends the deferred job', async () => {
    const running = aRunningJob();
    world.jobs.rows.set(JOB_ID, running);
    interfere(() => world.jobs.update(JOB_ID, defer(running, START + 60_000, NO_ATTEMPT, START)));

    expect(bodyOf(await cancel()).status).toBe('CANCELLED');
  });

  test('with an answer is a conflict', async () => {
    const running = aRunningJob();
    world.jobs.rows.set(JOB_ID, running);
    interfere(() => world.jobs.update(JOB_ID, succeed(running, anAnswer(), NO_ATTEMPT, 9, START)));

    expect((await cancel()).statusCode).toBe(409);
  });

  test('with a row that keeps changing gives up and returns Retry-After', async () => {
    world.jobs.rows.set(JOB_ID, aJob());
    let writes = 0;
    world.jobs.update = async () => {
      writes++;
      return { applied: false, current: aJob({ generation: writes }) };
    };

    const result = await cancel();

    expect(result.statusCode).toBe(503);
    expect(result.headers?.['retry-after']).toBe('5');
    expect(writes).toBe(5);
    await expect(cancelJob(world, JOB_ID, (row) => row)).rejects.toThrow('job changed 5 times');
  });
});
