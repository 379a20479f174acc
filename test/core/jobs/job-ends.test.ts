import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { cancel, expire, succeed } from '../../../lambda/core/jobs/transitions.ts';
import { aJob, anAnswer, aRunningJob, JOB_ID, START } from '../../support/job-builders.ts';
import { aWorld, rowOf, type World } from '../../support/job-world.ts';
import { someSettings } from '../../support/settings.ts';

const { generation } = aJob();

function aWorldOf(count: number, settings = someSettings()): World {
  const world = aWorld({ settings });
  for (let i = 0; i < count; i++) {
    const jobId = i.toString(16).padStart(32, '0');
    world.jobs.rows.set(jobId, aJob({ jobId }));
  }
  return world;
}

const cancelAll = ({ jobs, ends }: World) =>
  Promise.all([...jobs.rows.values()].map((job) => ends.write(job.jobId, cancel(job, START))));

const pending = ({ jobs }: World) =>
  [...jobs.rows.values()].filter(({ eventPending, dueAt }) => eventPending || dueAt !== undefined);

describe('the end of a job', () => {
  test('is told with who served it and when, and nothing of what was asked or answered', async () => {
    const world = aWorld();
    const job = aRunningJob({ metadata: { order: '7' } });
    world.jobs.rows.set(JOB_ID, job);
    const answer = anAnswer({ degraded: true, degradedBy: ['maxTokens'] });

    await world.ends.write(JOB_ID, succeed(job, answer, [], 10, START + 900));
    await world.ends.flush();

    expect(world.bus.events).toEqual([
      {
        id: `${JOB_ID}#${generation}`,
        jobId: JOB_ID,
        tenant: 'tenant',
        status: 'SUCCEEDED',
        createdAt: '2026-01-01T00:00:00.000Z',
        completedAt: '2026-01-01T00:00:00.900Z',
        servedBy: answer.servedBy,
        tier: 'primary',
        degraded: true,
        metadata: { order: '7' },
      },
    ]);
  });

  test('is counted by its status and written to the log, once, by whoever wrote it', async () => {
    const world = aWorld();
    const job = aRunningJob();
    world.jobs.rows.set(JOB_ID, job);
    const answer = anAnswer({ degraded: true, degradedBy: ['tier'] });

    await world.ends.write(JOB_ID, succeed(job, answer, [], 10, START + 900));
    await world.ends.write(JOB_ID, cancel(job, START + 950));

    expect(world.counts).toEqual({
      [METRIC.jobsSucceeded]: 1,
      [METRIC.jobsDegraded]: 1,
      [METRIC.jobLatency]: 900,
    });
    expect(world.logged.filter(({ message }) => message === 'job ended')).toEqual([
      {
        message: 'job ended',
        fields: {
          ...{ jobId: JOB_ID, status: 'SUCCEEDED', ms: 900, servedBy: answer.servedBy },
          ...{ degraded: true, error: undefined, claims: 1, deferrals: 0 },
        },
      },
    ]);
  });

  test('that was cancelled counts as such', async () => {
    const world = aWorldOf(2);

    await cancelAll(world);

    expect(world.counts).toEqual({ [METRIC.jobsCancelled]: 2 });
  });

  test('names the type of its error', async () => {
    const world = aWorldOf(1);
    const [job = aJob()] = world.jobs.rows.values();

    await world.ends.write(job.jobId, expire(job, job.deadlineAt));
    await world.ends.flush();

    expect(world.bus.events).toMatchObject([
      { status: 'EXPIRED', errorType: 'urn:holdfast:problem:deadline-passed' },
    ]);
  });

  test('owes its event until the bus has taken it, and then leaves the sweeper’s index', async () => {
    const world = aWorldOf(1);
    const publish = world.bus.publish.bind(world.bus);
    world.bus.publish = async (events) => {
      expect(pending(world)).toMatchObject([{ eventPending: true, dueAt: START }]);
      return publish(events);
    };

    await cancelAll(world);
    await world.ends.flush();

    expect.assertions(3);
    expect(pending(world)).toEqual([]);
    expect([...world.jobs.rows.values()]).toMatchObject([{ status: 'CANCELLED' }]);
  });

  test('that is refused tells nothing', async () => {
    const world = aWorld();
    world.jobs.rows.set(JOB_ID, aJob({ status: 'SUCCEEDED' }));

    expect(await world.ends.write(JOB_ID, cancel(aJob(), START))).toMatchObject({ applied: false });
    await world.ends.flush();

    expect(world.bus.requests).toEqual([]);
  });

  test('shares its request with those that come while another is on its way, ten at most', async () => {
    const world = aWorldOf(25);

    await cancelAll(world);
    await world.ends.flush();

    expect(world.bus.events).toHaveLength(25);
    expect(Math.max(...world.bus.requests)).toBe(10);
    expect(world.bus.requests.length).toBeLessThanOrEqual(4);
    expect(pending(world)).toEqual([]);
  });

  test('stays to be told when the bus takes others but not it', async () => {
    const world = aWorldOf(3);
    world.bus.refused.add(`${'1'.padStart(32, '0')}#${generation}`);

    await cancelAll(world);

    expect(await world.ends.flush()).toBe(1);
    expect(pending(world).map(({ jobId }) => jobId)).toEqual(['1'.padStart(32, '0')]);
    expect(world.counts[METRIC.eventsUnsent]).toBe(1);
  });

  test('stays to be told when the bus is down, which fails nobody', async () => {
    const world = aWorldOf(25);
    world.bus.isDown = true;

    await cancelAll(world);

    expect(await world.ends.flush()).toBe(25);
    expect(pending(world)).toHaveLength(25);
    expect(world.counts[METRIC.eventsUnsent]).toBe(25);
    expect(await world.ends.flush()).toBe(0);
  });

  test('costs no event and no second write where events are off', async () => {
    const world = aWorldOf(2, someSettings({ jobs: { completionEvents: false } }));
    let writes = 0;
    const { update } = world.jobs;
    world.jobs.update = async (...args) => {
      writes += 1;
      return update.apply(world.jobs, args);
    };

    await cancelAll(world);
    await world.ends.flush();

    expect([writes, world.bus.requests]).toEqual([2, []]);
    expect(pending(world)).toEqual([]);
  });

  test('that is owed from before events were turned off is just cleared', async () => {
    const world = aWorldOf(0, someSettings({ jobs: { completionEvents: false } }));
    const owing = aJob({ status: 'CANCELLED', eventPending: true, dueAt: START });
    world.jobs.rows.set(JOB_ID, owing);

    world.ends.tell(owing);
    await world.ends.flush();

    expect(world.bus.requests).toEqual([]);
    expect(rowOf(world, JOB_ID).eventPending).toBeUndefined();
  });

  test('that was redriven meanwhile keeps what it has become', async () => {
    const world = aWorld();
    const ended = aJob({ status: 'DEAD_LETTERED', eventPending: true, dueAt: START });
    const redriven = aJob({ generation: generation + 1, dueAt: START + 60_000 });
    world.jobs.rows.set(JOB_ID, redriven);

    world.ends.tell(ended);
    await world.ends.flush();

    expect(rowOf(world, JOB_ID)).toEqual(redriven);
  });
});
