import { beforeEach, describe, expect, test } from '@jest/globals';
import { isoTime } from '../../lambda/core/clock.ts';
import { type ApiCall, anApi, bodyOf, fieldsOf } from '../support/api-caller.ts';
import { aJob, anAnswer, anAttempt, aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { aWorld, type World } from '../support/job-world.ts';

let world: World;
let call: ApiCall;
beforeEach(() => {
  world = aWorld();
  call = anApi(world);
});

describe('GET /v1/jobs/{id}', () => {
  const get = (id: string, apiKeyId = 'tenant') => call({ id, apiKeyId });

  test('shows a waiting job and when to poll again', async () => {
    const attempts = [anAttempt({ outcome: 'skipped', reason: 'open', ms: 0 })];
    const nextAttemptAt = START + 42_500;
    world.jobs.rows.set(JOB_ID, aJob({ status: 'DEFERRED', nextAttemptAt, attempts }));

    const result = await get(JOB_ID);

    expect(result.statusCode).toBe(200);
    expect(result.headers?.['retry-after']).toBe('43');
    expect(bodyOf(result)).toEqual({
      jobId: JOB_ID,
      status: 'DEFERRED',
      chain: 'default',
      createdAt: '2026-01-01T00:00:00.000Z',
      deadlineAt: '2026-01-02T00:00:00.000Z',
      nextAttemptAt: '2026-01-01T00:00:42.500Z',
      attempts: [{ ...attempts[0], at: isoTime(START) }],
    });
  });

  test('shows neither a time nor an answer of a job that runs, and asks to poll again soon', async () => {
    world.jobs.rows.set(JOB_ID, aRunningJob({ nextAttemptAt: START + 42_500 }));

    const result = await get(JOB_ID);

    expect(result.headers?.['retry-after']).toBe('1');
    expect(bodyOf(result)).toEqual({
      jobId: JOB_ID,
      status: 'RUNNING',
      chain: 'default',
      createdAt: '2026-01-01T00:00:00.000Z',
      deadlineAt: '2026-01-02T00:00:00.000Z',
      attempts: [],
    });
  });

  test('shows an answered job with its answer and a link to it', async () => {
    const { text: _, output, ...facts } = anAnswer({ costUsd: 0.001 });
    const job = aRunningJob({ ...facts, status: 'SUCCEEDED', resultBytes: 100 });
    world.jobs.rows.set(JOB_ID, { ...job, completedAt: START + 900, attempts: [anAttempt()] });
    await world.results.putAnswer({ jobId: JOB_ID, claimToken: 'claim' }, anAnswer());

    const result = await get(JOB_ID);

    const { stopReason, ...shown } = facts;
    const usage = { ...facts.usage, totalTokens: 15 };
    expect(bodyOf(result)).toEqual({
      ...shown,
      usage,
      jobId: JOB_ID,
      status: 'SUCCEEDED',
      chain: 'default',
      createdAt: '2026-01-01T00:00:00.000Z',
      completedAt: '2026-01-01T00:00:00.900Z',
      deadlineAt: '2026-01-02T00:00:00.000Z',
      attempts: [{ ...anAttempt(), at: isoTime(START) }],
      result: { output, stopReason, usage, text: 'forty-two' },
      resultUrl: `https://results/${JOB_ID}/claim`,
    });
    expect(result.headers).not.toHaveProperty('retry-after');
  });

  test('shows only a link to an answer above 256 KB', async () => {
    const resultBytes = 256 * 1024 + 1;
    const completedAt = START;
    world.jobs.rows.set(JOB_ID, aRunningJob({ status: 'SUCCEEDED', resultBytes, completedAt }));

    const view = bodyOf(await get(JOB_ID));

    expect(view.result).toBeUndefined();
    expect(view.resultUrl).toBe(`https://results/${JOB_ID}/claim`);
  });

  test('shows an answer of 256 KB itself', async () => {
    const resultBytes = 256 * 1024;
    const completedAt = START;
    world.jobs.rows.set(JOB_ID, aRunningJob({ status: 'SUCCEEDED', resultBytes, completedAt }));
    await world.results.putAnswer({ jobId: JOB_ID, claimToken: 'claim' }, anAnswer());

    expect(bodyOf(await get(JOB_ID)).result).toMatchObject({ text: 'forty-two' });
  });

  test('links to a long answer for as long as the bucket keeps it: a day for its deadline, and seven', async () => {
    const fields = {
      status: 'SUCCEEDED',
      resultBytes: 256 * 1024 + 1,
      completedAt: START,
    } as const;
    world.jobs.rows.set(JOB_ID, aRunningJob({ ...fields, expiresAt: START / 1000 + 9 * 86_400 }));

    world.clock.nowMs = START + 8 * 86_400_000 - 1;
    expect(bodyOf(await get(JOB_ID))).toHaveProperty('resultUrl');
    world.clock.nowMs += 1;
    expect(bodyOf(await get(JOB_ID))).not.toHaveProperty('resultUrl');
  });

  test.each([
    ['a short answer', 100],
    ['a long answer', 256 * 1024 + 1],
  ])('says that %s is gone if the retention was shortened', async (_, resultBytes) => {
    const completedAt = START;
    const job = aRunningJob({ status: 'SUCCEEDED', resultBytes, completedAt });
    world.jobs.rows.set(JOB_ID, { ...job, expiresAt: START / 1000 + 100 * 86_400 });
    world.clock.nowMs = START + 8 * 86_400_000;

    const view = bodyOf(await get(JOB_ID));

    expect(view).toMatchObject({ status: 'SUCCEEDED', resultGone: true });
    expect(view).not.toHaveProperty('resultUrl');
  });

  test('shows why a job failed', async () => {
    const error = { type: 'urn:holdfast:problem:unavailable', title: 'none', retryAt: START };
    world.jobs.rows.set(JOB_ID, aJob({ status: 'FAILED', error }));

    expect(bodyOf(await get(JOB_ID)).error).toEqual({
      ...error,
      retryAt: '2026-01-01T00:00:00.000Z',
    });
  });

  test('shows what the model said when it refused the job, only to the job’s own tenant', async () => {
    const error = { type: 'urn:holdfast:problem:request-refused', title: 'refused' };
    const job = aRunningJob({ status: 'FAILED', error: { ...error, hasDetail: true } });
    world.jobs.rows.set(JOB_ID, job);
    await world.results.putErrorDetail({ jobId: JOB_ID, claimToken: 'claim' }, 'Because.');

    expect(bodyOf(await get(JOB_ID)).error).toEqual({ ...error, detail: 'Because.' });
    expect((await get(JOB_ID, 'other')).body).not.toContain('Because');
  });

  test('shows a refused job without what the model said once that is deleted', async () => {
    const error = { type: 'urn:holdfast:problem:request-refused', title: 'refused' };
    const job = aRunningJob({ status: 'FAILED', error: { ...error, hasDetail: true } });
    world.jobs.rows.set(JOB_ID, job);

    expect(bodyOf(await get(JOB_ID)).error).toEqual(error);
  });

  test('asks for no text about a job that has none, or none any more', async () => {
    world.results.getErrorDetail = async () => {
      throw new Error('the store was asked');
    };
    const error = { type: 'urn:holdfast:problem:unavailable', title: 'none' };
    const purged = { purge: 'done', error: { ...error, hasDetail: true } } as const;
    for (const job of [
      aRunningJob(),
      aRunningJob({ status: 'FAILED', error }),
      aRunningJob({ status: 'FAILED', ...purged }),
    ]) {
      world.jobs.rows.set(JOB_ID, job);

      expect((await get(JOB_ID)).statusCode).toBe(200);
    }
  });

  test('hides internal fields from the caller', async () => {
    world.jobs.rows.set(JOB_ID, aRunningJob());

    const { body } = await get(JOB_ID);

    for (const own of ['tenant', 'claim', 'lease', 'generation', 'hash', 'token', 'sweep']) {
      expect(body.toLowerCase()).not.toContain(own);
    }
  });

  test('finds no job of another tenant', async () => {
    world.jobs.rows.set(JOB_ID, aJob());

    const theirs = await get(JOB_ID, 'other');
    const none = await get('f'.repeat(32), 'other');

    expect(theirs).toEqual(none);
    expect(theirs.statusCode).toBe(404);
  });

  test('does not find an expired job, even if TTL has not deleted it yet', async () => {
    world.jobs.rows.set(JOB_ID, aJob({ expiresAt: START / 1000 }));

    expect((await get(JOB_ID)).statusCode).toBe(404);
  });

  test.each(['', '../x', '%00', '%zz', JOB_ID.toUpperCase(), `${JOB_ID}0`, '__proto__'])(
    'finds no job %j',
    async (id) => {
      world.jobs.get = async () => {
        throw new Error('the table was asked');
      };

      expect((await get(id)).statusCode).toBe(404);
    },
  );
});

describe('GET /v1/jobs/{id}?wait', () => {
  const wait = (...values: string[]) =>
    call({ id: JOB_ID, apiKeyId: 'tenant', query: { wait: values } });

  /** Ends the job at the given time and counts the reads of its row. */
  function endsAt(endMs: number) {
    const reads = { count: 0 };
    world.jobs.get = async () => {
      reads.count++;
      return world.clock.nowMs < endMs ? aJob() : aJob({ status: 'FAILED', completedAt: endMs });
    };
    return reads;
  }

  test('responds as soon as the job has ended', async () => {
    endsAt(START + 3000);

    const result = await wait('20');

    expect(bodyOf(result).status).toBe('FAILED');
    expect(world.clock.nowMs).toBeGreaterThanOrEqual(START + 3000);
    expect(world.clock.nowMs).toBeLessThanOrEqual(START + 4000);
  });

  test('returns the unfinished job and Retry-After when the wait is over', async () => {
    const reads = endsAt(START + 60_000);

    const result = await wait('20');

    expect(result.statusCode).toBe(200);
    expect(bodyOf(result).status).toBe('QUEUED');
    expect(result.headers?.['retry-after']).toBe('1');
    expect(world.clock.nowMs).toBe(START + 20_000);
    expect(reads.count).toBeLessThanOrEqual(26);
  });

  test('notices a quick end within a tenth of a second', async () => {
    endsAt(START + 1);

    await wait('20');

    expect(world.clock.nowMs).toBe(START + 100);
  });

  test('stops waiting early enough to respond before the function ends', async () => {
    endsAt(START + 60_000);
    call = anApi(world, { remainingMs: 12_000 });

    expect((await wait('20')).statusCode).toBe(200);
    expect(world.clock.nowMs).toBe(START + 7000);
  });

  test('does not wait for a job that has ended, is another tenant’s or does not exist', async () => {
    world.jobs.rows.set(JOB_ID, aJob({ status: 'FAILED' }));
    await wait('20');
    world.jobs.rows.set(JOB_ID, aJob({ tenant: 'other' }));
    await wait('20');
    world.jobs.rows.clear();
    await wait('20');

    expect(world.clock.nowMs).toBe(START);
  });

  test('of 0 reads the row once, as does a request without it', async () => {
    const reads = endsAt(START + 60_000);

    await call({ id: JOB_ID, apiKeyId: 'tenant' });
    await wait('0');

    expect(reads.count).toBe(2);
    expect(world.clock.nowMs).toBe(START);
  });

  test('is at most 5 s where no concurrency is reserved', async () => {
    call = anApi(world, { longestWaitSeconds: 5 });
    endsAt(START + 60_000);

    expect((await wait('5')).statusCode).toBe(200);
    expect(world.clock.nowMs).toBe(START + 5000);
    expect(bodyOf(await wait('6')).errors).toEqual([
      { field: 'wait', detail: 'got "6", allowed is a whole number from 0 to 5' },
    ]);
  });

  test.each(['21', '-1', '1.5', '', ' 1', '1e1', '0x1', '01', 'NaN', '99999999999', '١'])(
    'of %j is refused',
    async (value) => {
      const result = await wait(value);

      expect(result.statusCode).toBe(400);
      expect(bodyOf(result).errors).toEqual([
        {
          field: 'wait',
          detail: `got ${JSON.stringify(value)}, allowed is a whole number from 0 to 20`,
        },
      ]);
    },
  );

  test('is refused if it is repeated, as are unknown parameters', async () => {
    expect(fieldsOf(await wait('1', '2'))).toEqual(['wait']);
    expect(fieldsOf(await call({ id: JOB_ID, query: { Wait: ['1'] } }))).toEqual(['Wait']);
  });
});
