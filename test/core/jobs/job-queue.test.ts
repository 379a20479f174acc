import { expect, test } from '@jest/globals';
import { dispatch } from '../../../lambda/core/jobs/job-queue.ts';
import { aJob, aRunningJob, JOB_ID, START } from '../../support/job-builders.ts';
import { aWorld, rowOf } from '../../support/job-world.ts';

const { generation } = aJob();

function aWorldWith(job = aJob()) {
  const world = aWorld();
  world.jobs.rows.set(JOB_ID, job);
  return world;
}

test('a send does not write to the row, which is already marked as sent', async () => {
  const world = aWorldWith();

  await dispatch(world, aJob(), START);

  expect(world.queue.sent).toEqual([
    { message: { jobId: JOB_ID, generation, tenant: 'tenant' }, delayMs: 0 },
  ]);
  expect(rowOf(world, JOB_ID)).toEqual(aJob());
});

test('the message of a deferred job is delayed until its next attempt', async () => {
  const deferred = aJob({ status: 'DEFERRED', nextAttemptAt: START + 5000 });
  const world = aWorldWith(deferred);

  await dispatch(world, deferred, START);

  expect(world.queue.sent.map(({ delayMs }) => delayMs)).toEqual([5000]);
});

test('a failed send is recorded in the row and reported to the caller', async () => {
  const world = aWorldWith();
  world.queue.isDown = true;

  await expect(dispatch(world, aJob(), START + 1000)).rejects.toThrow('queue down');

  expect(rowOf(world, JOB_ID)).toMatchObject({ sentAt: undefined, dueAt: START + 61_000 });
});

test('a send that reports an error although it succeeded does not disturb the run that it starts', async () => {
  const world = aWorldWith(aRunningJob());
  world.queue.isDown = true;

  await expect(dispatch(world, aJob(), START)).rejects.toThrow('queue down');

  expect(rowOf(world, JOB_ID)).toEqual(aRunningJob());
});
