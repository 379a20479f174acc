import { expect, test } from '@jest/globals';
import { cancel } from '../../lambda/core/jobs/end-transitions.ts';
import { requestCancel } from '../../lambda/core/jobs/transitions.ts';
import { leaseOf } from '../../lambda/worker/lease.ts';
import { aRunningJob } from '../support/job-builders.ts';
import { aWorld, rowOf } from '../support/job-world.ts';

/**
 * Returns a run before a call that needs a longer lease. The process is frozen for `stallMs` while
 * it renews the lease.
 */
async function aRenewal(stallMs: number) {
  const world = aWorld();
  const job = aRunningJob();
  await world.jobs.create(job, world.clock.now());
  world.clock.nowMs += 30_000;
  const jobs = {
    update: async (...given: Parameters<typeof world.jobs.update>) => {
      const updated = await world.jobs.update(...given);
      await world.clock.sleep(stallMs);
      return updated;
    },
  };
  const lease = leaseOf({ ...world, jobs }, world.settings.breaker, job);
  return { world, job, ask: () => lease.renew() };
}

test('a renewed lease permits a call', async () => {
  const { world, job, ask } = await aRenewal(0);

  expect(await ask()).toBe('go');
  expect(rowOf(world, job.jobId).leaseUntil).toBe(world.clock.now() + 100_000);
});

test('a process that was frozen for longer than its renewed lease renews it again', async () => {
  const { world, job, ask } = await aRenewal(180_000);
  const { clock } = world;
  const sleep = clock.sleep.bind(clock);
  world.clock.sleep = async (ms) => {
    world.clock.sleep = async () => {};
    await sleep(ms);
    const row = rowOf(world, job.jobId);
    await world.jobs.update(job.jobId, cancel(row, world.clock.now()));
  };

  expect(await ask()).toBe('lost');
});

test('the first call of a fresh claim needs no write; each later one detects a cancel', async () => {
  const world = aWorld();
  const job = aRunningJob();
  await world.jobs.create(job, world.clock.now());
  const lease = leaseOf(world, world.settings.breaker, job);
  const ask = () => lease.renew();

  expect(await ask()).toBe('go');
  expect(rowOf(world, job.jobId)).toEqual(job);
  expect(await ask()).toBe('go');
  await world.jobs.update(job.jobId, requestCancel(rowOf(world, job.jobId)));

  expect(await ask()).toBe('cancelled');
});
