import { describe, expect, test } from '@jest/globals';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import { encodeMessage } from '../../lambda/contract/schemas/message.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import type { RunResult } from '../../lambda/core/router/run-result.ts';
import { sweep } from '../../lambda/sweeper/sweep.ts';
import { work } from '../../lambda/worker/work.ts';
import { aJob, anAnswer, anAttempt, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, rowOf, type World, type WorldOptions } from '../support/job-world.ts';
import { aRouter } from '../support/router-builders.ts';

const { generation } = aJob();
const MESSAGE = encodeMessage({ jobId: JOB_ID, generation });

/** Creates a world with this row and its prompt. */
function aWorldWith(job: Job, options: WorldOptions = {}): World {
  const world = aWorld(options);
  world.jobs.rows.set(job.jobId, job);
  void world.results.putPrompt(job, { messages: [userMessage('hello')] });
  return world;
}

/** The messages and fields that a world has logged, except those of ends (test/core/jobs). */
const loggedBy = ({ logged }: World) =>
  logged
    .filter(({ message }) => message !== 'job ended')
    .map(({ message, fields }) => [message, fields]);

const receive = (world: World, body = MESSAGE) => work(world, world.invocation, body);

describe('a message', () => {
  test('leads to an answer, which is stored before the row names it', async () => {
    const world = aWorldWith(aJob());
    const { putAnswer } = world.results;
    world.results.putAnswer = async (...given) => {
      // A slow bucket.
      await new Promise(setImmediate);
      expect(rowOf(world, JOB_ID).status).toBe('RUNNING');
      return putAnswer.apply(world.results, given);
    };

    await receive(world);

    const row = rowOf(world, JOB_ID);
    expect(row).toMatchObject({ status: 'SUCCEEDED', claims: 1, servedBy: anAnswer().servedBy });
    const name = { jobId: JOB_ID, claimToken: row.claimToken ?? '' };
    expect(await world.results.getAnswer(name)).toEqual(anAnswer());
    expect(world.counts).toEqual({
      [METRIC.jobsSucceeded]: 1,
      [`${METRIC.jobsSucceeded} default`]: 1,
      [METRIC.jobLatency]: 0,
    });
    expect(world.queue.sent).toEqual([]);
    expect(loggedBy(world)).toEqual([
      ['run finished', { jobId: JOB_ID, outcome: 'answered', calls: 1 }],
    ]);
  });

  test('gives the router the caller’s request and the time limits', async () => {
    const job = aJob({ whenOpen: 'queue', minTier: 'primary', regions: ['us-east-1'] });
    const seen: unknown[] = [];
    const world = aWorldWith(job, {
      run: (request) => {
        seen.push(request);
        return { outcome: 'answered', answer: anAnswer(), attempts: [] };
      },
    });

    await receive(world);

    expect(seen).toEqual([
      expect.objectContaining({
        jobId: JOB_ID,
        conversation: { messages: [userMessage('hello')] },
        whenOpen: 'queue',
        minTier: 'primary',
        regions: ['us-east-1'],
        deadlineAtMs: job.deadlineAt,
        functionEndsAtMs: world.invocation.endsAtMs,
      }),
    ]);
  });

  test.each([
    ['of another generation', aJob({ generation: generation + 1 })],
    ['for a job that has ended', aJob({ status: 'SUCCEEDED' })],
    ['for a job that another run holds', aRunningJob()],
  ])('%s is acknowledged', async (_, job) => {
    const world = aWorldWith(job);

    await receive(world);

    expect(rowOf(world, JOB_ID)).toEqual(job);
    expect([world.queue.sent, world.queue.dead, world.counts]).toEqual([[], [], {}]);
  });

  test('that is redelivered for an unpublished end leaves the event to the sweeper', async () => {
    const world = aWorldWith(aJob({ status: 'SUCCEEDED', eventPending: true, dueAt: START }));

    await receive(world);
    expect(world.bus.requests).toEqual([]);

    world.clock.nowMs = START + 60_000;
    await sweep(world, Number.POSITIVE_INFINITY);
    expect(world.bus.events).toMatchObject([{ jobId: JOB_ID, status: 'SUCCEEDED' }]);
  });

  test('for an unknown job is acknowledged', async () => {
    const world = aWorld();

    await receive(world);

    expect(world.jobs.rows.size).toBe(0);
    expect(world.queue.dead).toEqual([]);
  });

  test('that arrives after the deadline expires its job', async () => {
    const world = aWorldWith(aJob({ deadlineAt: START }));

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'EXPIRED',
      error: { type: 'urn:holdfast:problem:deadline-passed' },
    });
    expect(world.counts[METRIC.jobsExpired]).toBe(1);
  });

  test('cancels a job whose caller asked for it', async () => {
    const world = aWorldWith(aJob({ cancelRequested: true }));

    await receive(world);

    expect(rowOf(world, JOB_ID).status).toBe('CANCELLED');
  });

  test('of a job without claims left is dead-lettered with the reason', async () => {
    const world = aWorldWith(aJob({ claims: 5 }));

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'DEAD_LETTERED',
      error: { type: 'urn:holdfast:problem:claims-exhausted' },
    });
    expect(world.queue.dead).toEqual([
      { body: MESSAGE, reason: 'claims-exhausted', tenant: 'tenant' },
    ]);
    expect(world.counts[METRIC.jobsDeadLettered]).toBe(1);
    expect(loggedBy(world)).toEqual([['job dead-lettered', { jobId: JOB_ID, claims: 5 }]]);
  });

  test('of such a job is no dead letter if the job ends in another way at the same time', async () => {
    const world = aWorldWith(aJob({ claims: 5 }));
    const { update } = world.jobs;
    world.jobs.update = async (...args) => {
      const claimed = await update.apply(world.jobs, args);
      const row = rowOf(world, JOB_ID);
      world.jobs.rows.set(JOB_ID, { ...row, status: 'CANCELLED', completedAt: START });
      world.jobs.update = update;
      return claimed;
    };

    await receive(world);

    expect(rowOf(world, JOB_ID).status).toBe('CANCELLED');
    expect([world.queue.dead, world.logged]).toEqual([[], []]);
  });

  test('is dead-lettered even if its worker dies between the row and the send', async () => {
    const world = aWorldWith(aJob({ claims: 5 }));
    world.queue.isDown = true;
    await expect(receive(world)).rejects.toThrow('queue down');
    world.queue.isDown = false;

    await receive(world);

    expect(world.queue.dead).toEqual([
      { body: MESSAGE, reason: 'claims-exhausted', tenant: 'tenant' },
    ]);
    expect(world.counts[METRIC.jobsDeadLettered]).toBe(1);
  });
});

describe('a run that ends', () => {
  const endingWith = (outcome: RunResult | ((world: World) => RunResult), job = aJob()) =>
    aWorldWith(job, {
      run: (_, world) => (typeof outcome === 'function' ? outcome(world) : outcome),
    });
  const attempts = [anAttempt({ outcome: 'capacity' })];

  test('with a degraded answer is counted as degraded', async () => {
    const answer = anAnswer({ degraded: true, degradedBy: ['maxTokens'] });
    const world = endingWith({ outcome: 'answered', answer, attempts: [] });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ degraded: true, degradedBy: ['maxTokens'] });
    expect(world.counts[METRIC.jobsDegraded]).toBe(1);
  });

  test('with a refusal fails the job with its reason', async () => {
    const error = { type: 'urn:holdfast:problem:request-refused', title: 'refused' };
    const world = endingWith({ outcome: 'refused', error, attempts });

    await receive(world);

    const row = rowOf(world, JOB_ID);
    expect(row).toMatchObject({ status: 'FAILED', attempts });
    expect(row.error).toEqual(error);
    expect(world.results.errorDetails.size).toBe(0);
    expect(world.counts[METRIC.jobsFailed]).toBe(1);
  });

  test('because the settings no longer have the job’s chain fails the job and names the chain', async () => {
    const deferred = aJob({ chain: 'former', status: 'DEFERRED', deferrals: 3 });
    const world = aWorldWith(deferred, { run: aRouter().router.run });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'FAILED',
      error: { title: 'The settings no longer have the chain former' },
    });
    expect(world.queue.sent).toEqual([]);
    expect(world.bus.events).toMatchObject([{ chain: 'former', status: 'FAILED' }]);
  });

  test('with a refusal stores what the model said before the row says so', async () => {
    const error = { type: 'urn:holdfast:problem:request-refused', title: 'refused' };
    const world = endingWith({ outcome: 'refused', error, detail: 'Because.', attempts });
    const { putErrorDetail } = world.results;
    world.results.putErrorDetail = async (...given) => {
      await new Promise(setImmediate);
      expect(rowOf(world, JOB_ID).status).toBe('RUNNING');
      await putErrorDetail.apply(world.results, given);
    };

    await receive(world);

    const { claimToken = '', ...row } = rowOf(world, JOB_ID);
    expect(row).toMatchObject({ status: 'FAILED', error: { ...error, hasDetail: true } });
    expect(JSON.stringify(row)).not.toContain('Because.');
    expect(await world.results.getErrorDetail({ jobId: JOB_ID, claimToken })).toBe('Because.');
  });

  test('as unavailable fails the job and stores when a retry may succeed', async () => {
    const world = endingWith({
      outcome: 'unavailable',
      unserved: [{ outcome: 'skipped', untilMs: START + 60_000 }],
      attempts,
    });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'FAILED',
      error: { type: 'urn:holdfast:problem:unavailable', retryAt: START + 60_000 },
    });
  });

  test('with a deferral uses no claim and is retried when targets may serve', async () => {
    const world = endingWith({
      outcome: 'deferred',
      unserved: [{ outcome: 'skipped', untilMs: START + 60_000 }],
      attempts,
    });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'DEFERRED',
      claims: 0,
      deferrals: 1,
      generation: generation + 1,
      nextAttemptAt: START + 60_000,
      sentAt: START,
      attempts,
    });
    expect(world.queue.sent).toEqual([
      { message: { jobId: JOB_ID, generation: generation + 1, tenant: 'tenant' }, delayMs: 60_000 },
    ]);
  });

  test('with a deferral counts it and reports how long the job has waited', async () => {
    const world = endingWith(
      ({ clock }) => {
        clock.nowMs += 5000;
        return {
          outcome: 'deferred',
          unserved: [{ outcome: 'skipped', untilMs: START }],
          attempts,
        };
      },
      aJob({ deferrals: 3 }),
    );

    await receive(world);

    expect(world.counts).toEqual({ [METRIC.jobsDeferred]: 1, [METRIC.deferredJobAge]: 5000 });
    expect(loggedBy(world)).toEqual([
      ['run finished', { jobId: JOB_ID, outcome: 'deferred', calls: 1 }],
      ['job deferred', { jobId: JOB_ID, untilMs: expect.any(Number), deferrals: 4, ageMs: 5000 }],
    ]);
  });

  test('with a deferral whose send fails leaves a row that the sweeper sends', async () => {
    const world = endingWith({
      outcome: 'deferred',
      unserved: [{ outcome: 'skipped', untilMs: START }],
      attempts,
    });
    world.queue.isDown = true;

    await expect(receive(world)).rejects.toThrow('queue down');

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'DEFERRED', dueAt: START + 60_000 });
    expect(rowOf(world, JOB_ID).sentAt).toBeUndefined();
  });

  test('for lack of time is continued at once in the same generation', async () => {
    const world = endingWith({ outcome: 'out-of-time', attempts });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'QUEUED', claims: 0, attempts });
    expect(world.queue.sent).toEqual([
      { message: { jobId: JOB_ID, generation, tenant: 'tenant' }, delayMs: 0 },
    ]);
  });

  test('with a cancel cancels the job', async () => {
    const world = endingWith({ outcome: 'cancelled', attempts });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'CANCELLED', attempts });
  });

  test('without an answer cancels a job that was cancelled in the meantime', async () => {
    const ends: RunResult[] = [
      {
        outcome: 'deferred',
        unserved: [{ outcome: 'skipped', untilMs: START + 60_000 }],
        attempts,
      },
      { outcome: 'out-of-time', attempts },
    ];
    for (const result of ends) {
      const world = aWorldWith(aJob(), {
        run: () => {
          const row = rowOf(world, JOB_ID);
          world.jobs.rows.set(JOB_ID, { ...row, cancelRequested: true });
          return result;
        },
      });

      await receive(world);

      expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'CANCELLED', attempts });
      expect(world.queue.sent).toEqual([]);
      expect(world.counts).toEqual({ [METRIC.jobsCancelled]: 1 });
    }
  });

  test('as lost leaves the job to its next run', async () => {
    const world = endingWith({ outcome: 'lost', attempts });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'RUNNING', attempts: [] });
    expect(world.queue.sent).toEqual([]);
  });

  test('too late has its answer discarded and counted', async () => {
    const world = endingWith(({ jobs }) => {
      jobs.rows.set(JOB_ID, aRunningJob({ claimToken: 'other' }));
      return { outcome: 'answered', answer: anAnswer(), attempts: [] };
    });

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'RUNNING', claimToken: 'other' });
    expect(world.counts).toEqual({ [METRIC.lateResults]: 1 });
    expect(loggedBy(world)).toContainEqual([
      'answer discarded: the job belongs to another run',
      { jobId: JOB_ID },
    ]);
  });

  test.each<RunResult>([
    { outcome: 'deferred', unserved: [{ outcome: 'skipped', untilMs: START }], attempts },
    { outcome: 'out-of-time', attempts },
  ])('too late as $outcome sends and counts nothing', async (outcome) => {
    const world = endingWith(({ jobs }) => {
      jobs.rows.set(JOB_ID, aRunningJob({ claimToken: 'other' }));
      return outcome;
    });

    await receive(world);

    expect([world.queue.sent, world.counts]).toEqual([[], {}]);
  });

  test('without its prompt fails the job', async () => {
    const world = aWorld();
    world.jobs.rows.set(JOB_ID, aJob());

    await receive(world);

    expect(rowOf(world, JOB_ID)).toMatchObject({
      status: 'FAILED',
      error: { type: 'urn:holdfast:problem:prompt-gone' },
      attempts: [],
      failedCalls: 0,
    });
  });

  test('because infrastructure is broken throws, and keeps claim and lease for the sweeper', async () => {
    const world = endingWith(() => {
      throw new TypeError('quoting a prompt');
    });

    await expect(receive(world)).rejects.toThrow('quoting a prompt');

    expect(rowOf(world, JOB_ID)).toMatchObject({ status: 'RUNNING', claims: 1 });
    expect(loggedBy(world)).toEqual([
      ['message failed; SQS will redeliver it', { jobId: JOB_ID, error: 'TypeError' }],
    ]);
  });
});

describe('before each call of a run', () => {
  test('the claim’s own lease covers the first call; it is renewed before each later one', async () => {
    const leases: (number | undefined)[] = [];
    const world = aWorldWith(aJob(), {
      run: async ({ lease }, { clock, jobs }) => {
        for (const elapsedMs of [0, 3000, 60_000]) {
          clock.nowMs = START + elapsedMs;
          expect(await lease.renew()).toBe('go');
          leases.push(jobs.rows.get(JOB_ID)?.leaseUntil);
        }
        return { outcome: 'lost', attempts: [] };
      },
    });

    await receive(world);

    expect(leases).toEqual([START + 100_000, START + 103_000, START + 160_000]);
  });

  test.each([
    ['cancelled', { cancelRequested: true }],
    ['lost', { claimToken: 'other' }],
    ['lost', { claimToken: 'other', cancelRequested: true }],
    ['lost', { status: 'CANCELLED' as const, cancelRequested: true }],
    ['lost', { status: 'QUEUED' as const, generation: generation + 1 }],
  ])('the run detects that its job is %s', async (expected, fields) => {
    const world = aWorldWith(aJob(), {
      run: async ({ lease }, { clock, jobs }) => {
        jobs.rows.set(JOB_ID, { ...rowOf({ jobs }, JOB_ID), ...fields });
        clock.nowMs += 60_000;
        expect(await lease.renew()).toBe(expected);
        return { outcome: 'lost', attempts: [] };
      },
    });

    await receive(world);

    expect.assertions(1);
  });
});

describe('a message that cannot be read', () => {
  test.each([
    ['', 'not-json'],
    ['{', 'not-json'],
    ['\u0000\ufffd', 'not-json'],
    ['null', 'malformed'],
    ['[]', 'malformed'],
    ['"text"', 'malformed'],
    ['{}', 'malformed'],
    ['{"version":1}', 'malformed'],
    [`{"version":1,"jobId":"${JOB_ID}","generation":"1"}`, 'malformed'],
    [`{"version":1,"jobId":"${JOB_ID}","generation":-1}`, 'malformed'],
    [`{"version":1,"jobId":"../${JOB_ID}","generation":1}`, 'malformed'],
    [`{"version":1,"jobId":"${JOB_ID}","generation":1,"prompt":"x"}`, 'malformed'],
    [`{"version":1,"jobId":"${JOB_ID}","generation":1,"__proto__":{}}`, 'malformed'],
    [`{"version":0,"jobId":"${JOB_ID}","generation":1}`, 'unknown-version'],
    [`{"version":2,"jobId":"${JOB_ID}","generation":1,"shard":"x"}`, 'unknown-version'],
  ])('%j is dead-lettered as %s, not lost', async (body, reason) => {
    const world = aWorldWith(aJob());

    await receive(world, body);

    expect(world.queue.dead).toEqual([{ body, reason }]);
    expect(rowOf(world, JOB_ID)).toEqual(aJob());
    expect(loggedBy(world)).toEqual([['message dead-lettered: not readable', { reason }]]);
  });

  test('stays in the queue while the dead-letter queue is down', async () => {
    const world = aWorld();
    world.queue.isDown = true;

    await expect(receive(world, '{')).rejects.toThrow('queue down');
  });
});
