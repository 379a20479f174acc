import { describe, expect, test } from '@jest/globals';
import { METRIC } from '../../../lambda/contract/metrics.ts';
import { cancel, deadLetter, expire, succeed } from '../../../lambda/core/jobs/end-transitions.ts';
import { claimsExhausted, NO_ANSWER } from '../../../lambda/core/jobs/job-errors.ts';
import { NO_ATTEMPT } from '../../../lambda/core/jobs/run-record.ts';
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

/** Makes the table accept one more write and then fail. */
function onlyFirst({ jobs }: World): void {
  const { update } = jobs;
  jobs.update = async (...args) => {
    jobs.update = async () => {
      throw new Error('table down');
    };
    return update.apply(jobs, args);
  };
}

const pending = ({ jobs }: World) =>
  [...jobs.rows.values()].filter(({ eventPending, dueAt }) => eventPending || dueAt !== undefined);

describe('the end of a job', () => {
  test('is published with its target and times, but without the prompt or the answer', async () => {
    const world = aWorld();
    const job = aRunningJob({ metadata: { order: '7' } });
    world.jobs.rows.set(JOB_ID, job);
    const answer = anAnswer({ degraded: true, degradedBy: ['maxTokens'] });

    await world.ends.write(JOB_ID, succeed(job, answer, NO_ATTEMPT, 10, START + 900));

    expect(world.bus.events).toEqual([
      {
        id: `${JOB_ID}#${generation}`,
        jobId: JOB_ID,
        tenant: 'tenant',
        status: 'SUCCEEDED',
        chain: 'default',
        createdAt: '2026-01-01T00:00:00.000Z',
        completedAt: '2026-01-01T00:00:00.900Z',
        servedBy: answer.servedBy,
        tier: 'primary',
        degraded: true,
        metadata: { order: '7' },
      },
    ]);
  });

  test('is counted by its status and logged once, by its writer', async () => {
    const world = aWorld();
    const job = aRunningJob({ chain: 'fast' });
    world.jobs.rows.set(JOB_ID, job);
    const answer = anAnswer({ degraded: true, degradedBy: ['tier'] });

    await world.ends.write(JOB_ID, succeed(job, answer, NO_ATTEMPT, 10, START + 900));
    await world.ends.write(JOB_ID, cancel(job, START + 950));

    expect(world.counts).toEqual({
      [METRIC.jobsSucceeded]: 1,
      [`${METRIC.jobsSucceeded} fast`]: 1,
      [METRIC.jobsDegraded]: 1,
      [`${METRIC.jobsDegraded} fast`]: 1,
      [METRIC.jobLatency]: 900,
    });
    expect(world.logged.filter(({ message }) => message === 'job ended')).toEqual([
      {
        message: 'job ended',
        fields: {
          jobId: JOB_ID,
          status: 'SUCCEEDED',
          ms: 900,
          chain: 'fast',
          servedBy: answer.servedBy,
          degraded: true,
          error: undefined,
          claims: 1,
          deferrals: 0,
        },
      },
    ]);
  });

  test('is counted as cancelled after a cancel', async () => {
    const world = aWorldOf(2);

    await cancelAll(world);

    expect(world.counts).toEqual({ [METRIC.jobsCancelled]: 2 });
  });

  test.each([
    ['the models answered other jobs only', NO_ANSWER, 1],
    ['no worker could finish the job', claimsExhausted(5), undefined],
  ])('is counted as dead-lettered because %s', async (_, error, withoutAnswer) => {
    const world = aWorldOf(1);
    const [job = aJob()] = world.jobs.rows.values();

    await world.ends.write(job.jobId, deadLetter(job, error, START));

    expect(world.counts).toEqual({
      [METRIC.jobsDeadLettered]: 1,
      [METRIC.jobsWithoutAnswer]: withoutAnswer,
    });
  });

  test('names the type of its error', async () => {
    const world = aWorldOf(1);
    const [job = aJob()] = world.jobs.rows.values();

    await world.ends.write(job.jobId, expire(job, job.deadlineAt));

    expect(world.bus.events).toMatchObject([
      { status: 'EXPIRED', errorType: 'urn:holdfast:problem:deadline-passed' },
    ]);
  });

  test('keeps its event pending until the bus accepts it, and then leaves the sweeper’s index', async () => {
    const world = aWorldOf(1);
    const publish = world.bus.publish.bind(world.bus);
    world.bus.publish = async (events) => {
      expect(pending(world)).toMatchObject([{ eventPending: true, dueAt: START }]);
      return publish(events);
    };

    await cancelAll(world);

    expect.assertions(3);
    expect(pending(world)).toEqual([]);
    expect([...world.jobs.rows.values()]).toMatchObject([{ status: 'CANCELLED' }]);
  });

  test('publishes nothing if its write is refused', async () => {
    const world = aWorld();
    world.jobs.rows.set(JOB_ID, aJob({ status: 'SUCCEEDED' }));

    expect(await world.ends.write(JOB_ID, cancel(aJob(), START))).toMatchObject({ applied: false });

    expect(world.bus.requests).toEqual([]);
  });

  test('stays pending if the bus accepts other events but not this one', async () => {
    const world = aWorldOf(3);
    world.bus.refused.add(`${'1'.padStart(32, '0')}#${generation}`);

    await cancelAll(world);

    expect(pending(world).map(({ jobId }) => jobId)).toEqual(['1'.padStart(32, '0')]);
  });

  test('stays pending if the bus is down, without an error for the caller', async () => {
    const world = aWorldOf(25);
    world.bus.isDown = true;

    await cancelAll(world);

    expect(pending(world)).toHaveLength(25);
  });

  test('stays pending if the row cannot be updated, without an error for the caller', async () => {
    const world = aWorldOf(1);
    onlyFirst(world);

    await cancelAll(world);

    expect(world.bus.events).toHaveLength(1);
    expect(pending(world)).toHaveLength(1);
    expect(world.logged.filter(({ message }) => message !== 'job ended')).toEqual([
      {
        message: 'completion event published, but the row could not be updated',
        fields: { jobId: '0'.repeat(32), error: 'Error' },
      },
    ]);
  });

  test('needs no event and no second write if events are disabled', async () => {
    const world = aWorldOf(2, someSettings({ jobs: { completionEvents: false } }));
    let writes = 0;
    const { update } = world.jobs;
    world.jobs.update = async (...args) => {
      writes += 1;
      return update.apply(world.jobs, args);
    };

    await cancelAll(world);

    expect([writes, world.bus.requests]).toEqual([2, []]);
    expect(pending(world)).toEqual([]);
  });

  test('only clears a pending event once events are disabled', async () => {
    const world = aWorldOf(0, someSettings({ jobs: { completionEvents: false } }));
    const ended = aJob({ status: 'CANCELLED', eventPending: true, dueAt: START });
    world.jobs.rows.set(JOB_ID, ended);

    expect(await world.ends.publish(ended)).toBe(true);

    expect(world.bus.requests).toEqual([]);
    expect(rowOf(world, JOB_ID).eventPending).toBeUndefined();
  });

  test('that is published already is not published again', async () => {
    const world = aWorld();
    const ended = aJob({ status: 'CANCELLED', completedAt: START, dueAt: undefined });
    world.jobs.rows.set(JOB_ID, ended);

    expect(await world.ends.publish(ended)).toBe(true);

    expect(world.bus.requests).toEqual([]);
    expect(rowOf(world, JOB_ID)).toEqual(ended);
  });

  test('does not change a row that was redriven in the meantime', async () => {
    const world = aWorld();
    const ended = aJob({ status: 'DEAD_LETTERED', eventPending: true, dueAt: START });
    const redriven = aJob({ generation: generation + 1, dueAt: START + 60_000 });
    world.jobs.rows.set(JOB_ID, redriven);

    await world.ends.publish(ended);

    expect(rowOf(world, JOB_ID)).toEqual(redriven);
  });
});

describe('the end of a run, whose message is still in the queue', () => {
  const job = aRunningJob();
  const succeeded = succeed(job, anAnswer(), NO_ATTEMPT, 10, START + 900);
  const aRunWorld = (settings = someSettings()) => {
    const world = aWorld({ settings });
    world.jobs.rows.set(JOB_ID, job);
    return world;
  };

  test('is published when its write resolves, and leaves nothing to do', async () => {
    const world = aRunWorld();

    await world.ends.write(JOB_ID, succeeded);

    expect(world.bus.events).toMatchObject([{ jobId: JOB_ID, status: 'SUCCEEDED' }]);
    expect(pending(world)).toEqual([]);
  });

  test('is published once more by the sweeper if the row could not be updated', async () => {
    const world = aRunWorld();
    onlyFirst(world);

    await world.ends.write(JOB_ID, succeeded);

    expect(world.bus.events).toMatchObject([{ jobId: JOB_ID, status: 'SUCCEEDED' }]);
    expect(pending(world)).toMatchObject([{ eventPending: true, dueAt: START + 900 }]);
  });

  test('is left to the sweeper, due from its end on, if the bus is down', async () => {
    const world = aRunWorld();
    world.bus.isDown = true;

    await world.ends.write(JOB_ID, succeeded);

    expect(rowOf(world, JOB_ID)).toMatchObject({ eventPending: true, dueAt: START + 900 });
  });

  test('leaves nothing pending if events are disabled', async () => {
    const world = aRunWorld(someSettings({ jobs: { completionEvents: false } }));

    await world.ends.write(JOB_ID, succeeded);

    expect(world.bus.requests).toEqual([]);
    expect(pending(world)).toEqual([]);
  });
});
