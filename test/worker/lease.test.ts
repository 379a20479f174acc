import { describe, expect, test } from '@jest/globals';
import { jobLeaseMs, leaseRenewalMs } from '../../lambda/contract/time-budget.ts';
import { cancel } from '../../lambda/core/jobs/end-transitions.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { claim, requestCancel, requeue } from '../../lambda/core/jobs/transitions.ts';
import { leaseOf } from '../../lambda/worker/lease.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../support/job-world.ts';

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

test.each([
  ['is fresh for one renewal interval', 0, 0],
  ['is renewed after that', 1, 1],
])('the lease of a claim %s', async (_, lateMs, writes) => {
  const world = aWorld();
  const job = aRunningJob();
  await world.jobs.create(job, world.clock.now());
  world.clock.nowMs += leaseRenewalMs(world.settings.breaker) + lateMs;
  let written = 0;
  const jobs = {
    update: (...given: Parameters<typeof world.jobs.update>) => {
      written += 1;
      return world.jobs.update(...given);
    },
  };

  expect(await leaseOf({ ...world, jobs }, world.settings.breaker, job).renew()).toBe('go');

  expect(written).toBe(writes);
});

test('a lease that ends at the moment of its renewal is renewed again', async () => {
  const { world, ask } = await aRenewal(0);
  const now = world.clock.now();
  // The process is frozen for the whole lease while the table answers.
  const reads = [now, now];
  world.clock.now = () => reads.shift() ?? now + 100_000;

  expect(await ask()).toBe('go');

  expect(rowOf(world, JOB_ID).leaseUntil).toBe(now + 200_000);
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

describe('while a call runs', () => {
  const { breaker } = aWorld().settings;
  const INTERVAL_MS = leaseRenewalMs(breaker);
  const LEASE_MS = jobLeaseMs(breaker);

  /** Returns a call that runs while the lease is held. `renewed` lists the times of the renewals. */
  async function aCall() {
    const world = aWorld();
    const clock = new FakeClock(START);
    const job = aRunningJob();
    await world.jobs.create(job, START);
    const renewed: number[] = [];
    const table = { isDown: false };
    const jobs = {
      update: async (...given: Parameters<typeof world.jobs.update>) => {
        if (table.isDown) throw new TypeError('table down');
        const updated = await world.jobs.update(...given);
        if (updated.applied) renewed.push(clock.now() - START);
        return updated;
      },
    };
    const lease = leaseOf({ ...world, jobs, clock }, breaker, job);
    const call = new AbortController();
    const held = { isOver: false, loss: lease.hold(call.signal) };
    void held.loss.then(() => {
      held.isOver = true;
    });
    return { world, clock, job, table, renewed, held, end: () => call.abort() };
  }

  test('its lease is renewed at each interval, however long the call takes', async () => {
    const { world, clock, renewed, held } = await aCall();

    await clock.advance(INTERVAL_MS - 1);
    expect(renewed).toEqual([]);
    await clock.advance(3 * LEASE_MS);

    expect(renewed).toEqual(Array.from({ length: 12 }, (_, i) => (i + 1) * INTERVAL_MS));
    expect(rowOf(world, JOB_ID)).toMatchObject({
      leaseUntil: START + 12 * INTERVAL_MS + LEASE_MS,
      dueAt: START + 12 * INTERVAL_MS + LEASE_MS,
    });
    expect(held.isOver).toBe(false);
  });

  test('its end ends the renewals at once, without a loss', async () => {
    const { clock, renewed, held, end } = await aCall();
    await clock.advance(1.5 * INTERVAL_MS);

    end();

    expect(await held.loss).toBeUndefined();
    await clock.advance(LEASE_MS);
    expect(renewed).toEqual([INTERVAL_MS]);
  });

  test('a renewal that fails does not stop the call; the next one renews the lease', async () => {
    const { world, clock, renewed, held, table } = await aCall();
    table.isDown = true;
    await clock.advance(2 * INTERVAL_MS);
    expect(held.isOver).toBe(false);
    expect(world.logged).toEqual([
      { message: 'lease not renewed', fields: { jobId: JOB_ID, error: 'TypeError' } },
      { message: 'lease not renewed', fields: { jobId: JOB_ID, error: 'TypeError' } },
    ]);
    table.isDown = false;

    await clock.advance(INTERVAL_MS);

    expect(renewed).toEqual([3 * INTERVAL_MS]);
  });

  test.each<[string, string, (world: World, job: Job) => Promise<unknown>]>([
    ['a cancel', 'cancelled', ({ jobs }, job) => jobs.update(JOB_ID, requestCancel(job))],
    [
      'the claim of another run',
      'lost',
      async ({ jobs, settings }, job) => {
        const endedAt = START + LEASE_MS;
        await jobs.update(JOB_ID, requeue(job, endedAt));
        await jobs.update(JOB_ID, claim(job.generation + 1, 'other', endedAt, settings));
      },
    ],
    ['the end of the row', 'lost', async ({ jobs }) => jobs.rows.delete(JOB_ID)],
  ])('%s is reported as %s at the next interval', async (_, loss, happen) => {
    const { world, clock, job, held } = await aCall();
    await happen(world, job);
    await clock.advance(INTERVAL_MS - 1);
    expect(held.isOver).toBe(false);

    await clock.advance(1);

    expect(await held.loss).toBe(loss);
  });
});
