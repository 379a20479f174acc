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

test('a send writes nothing more to the row, which says already that it is out', async () => {
  const world = aWorldWith();

  await dispatch(world, aJob(), START);

  expect(world.queue.sent).toEqual([{ message: { jobId: JOB_ID, generation }, delayMs: 0 }]);
  expect(rowOf(world, JOB_ID)).toEqual(aJob());
});

test('a deferred job is sent for the time that it waits for', async () => {
  const deferred = aJob({ status: 'DEFERRED', nextAttemptAt: START + 5000 });
  const world = aWorldWith(deferred);

  await dispatch(world, deferred, START);

  expect(world.queue.sent.map(({ delayMs }) => delayMs)).toEqual([5000]);
});

test('a send that fails is told to the row, and to whoever asked for it', async () => {
  const world = aWorldWith();
  world.queue.isDown = true;

  await expect(dispatch(world, aJob(), START + 1000)).rejects.toThrow('queue down');

  expect(rowOf(world, JOB_ID)).toMatchObject({ sentAt: undefined, dueAt: START + 61_000 });
});

test('a send that only seemed to fail leaves the run alone that it started', async () => {
  const world = aWorldWith(aRunningJob());
  world.queue.isDown = true;

  await expect(dispatch(world, aJob(), START)).rejects.toThrow('queue down');

  expect(rowOf(world, JOB_ID)).toEqual(aRunningJob());
});
