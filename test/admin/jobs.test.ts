import { beforeEach, describe, expect, test } from '@jest/globals';
import { userMessage } from '../../lambda/contract/conversation.ts';
import { PROBLEM } from '../../lambda/contract/problems.ts';
import {
  adminJob,
  adminJobDetail,
  adminJobList,
} from '../../lambda/contract/schemas/admin-jobs.ts';
import { JOB_STATUSES, type JobStatus } from '../../lambda/contract/words.ts';
import { isoTime } from '../../lambda/core/clock.ts';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { anAdmin, OPERATOR } from '../support/admin-world.ts';
import { anApi, bodyOf, fieldsOf } from '../support/api-caller.ts';
import { aJob, anAnswer, anAttempt, JOB_ID, START } from '../support/job-builders.ts';
import { rowOf } from '../support/job-world.ts';
import { aChain } from '../support/router-builders.ts';

const FOREVER = Number.MAX_SAFE_INTEGER;

let admin: ReturnType<typeof anAdmin>;
beforeEach(() => {
  admin = anAdmin();
});

const list = (query: Record<string, string> = {}) =>
  admin.call({
    route: 'GET /admin/jobs',
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
  });
const read = (query: Record<string, readonly string[]> = {}, id = JOB_ID) =>
  admin.call({ route: 'GET /admin/jobs/{id}', id, query });
const readContent = async () => bodyOf(await read({ content: ['true'] }));
const cancel = (id = JOB_ID) => admin.call({ route: 'DELETE /admin/jobs/{id}', id });

/** Stores the n-th job in order of arrival, and adds its tenant to the registry. */
async function give(n: number, fields: Partial<Job> = {}): Promise<Job> {
  const jobId = n.toString(16).padStart(32, '0');
  const createdAt = START + n;
  const job = aJob({ jobId, createdAt, createdKey: `${isoTime(createdAt)}#${jobId}`, ...fields });
  admin.jobs.rows.set(jobId, job);
  await admin.registry.add(job.tenant, FOREVER);
  return job;
}

const numbersOf = (result: Awaited<ReturnType<typeof list>>) =>
  bodyOf(result).jobs.map(({ jobId }: { jobId: string }) => Number.parseInt(jobId, 16));

describe('GET /v1/admin/jobs', () => {
  test('merges the jobs of all tenants, newest first, and names the tenants', async () => {
    for (const [n, tenant] of ['b', 'a', 'c', 'a'].entries()) await give(n, { tenant });

    const result = await list();

    expect(result.statusCode).toBe(200);
    expect(numbersOf(result)).toEqual([3, 2, 1, 0]);
    expect(bodyOf(result).tenants).toEqual(['a', 'b', 'c']);
    expect(bodyOf(result)).not.toHaveProperty('nextCursor');
    expect(adminJobList.parse(bodyOf(result))).toEqual(bodyOf(result));
  });

  test('is empty before the first job', async () => {
    expect(bodyOf(await list())).toEqual({ jobs: [], tenants: [] });
  });

  test('shows each job on one page, also while others arrive', async () => {
    for (let n = 1; n <= 10; n++) await give(n, { tenant: `tenant-${n % 3}` });
    const seen: number[][] = [];
    let cursor: string | undefined;
    do {
      const page = await list({ limit: '4', ...(cursor && { cursor }) });
      seen.push(numbersOf(page));
      cursor = bodyOf(page).nextCursor;
      await give(100 + seen.length, { tenant: 'tenant-1' });
    } while (cursor);

    expect(seen).toEqual([
      [10, 9, 8, 7],
      [6, 5, 4, 3],
      [2, 1],
    ]);
  });

  test('ends a page where the read of one tenant’s list ended', async () => {
    const [old, middle, recent] = [await give(1), await give(2), await give(3)];
    await admin.registry.add('busy', FOREVER);
    const listed: { tenant: string; after?: string }[] = [];
    admin.jobs.list = async ({ tenant, after }) => {
      listed.push({ tenant, after });
      if (tenant === 'busy') return after ? { jobs: [] } : { jobs: [], next: middle.createdKey };
      return {
        jobs: [recent, middle, old].filter(({ createdKey }) => !after || createdKey < after),
      };
    };

    const first = await list({ status: 'QUEUED' });
    const second = await list({ status: 'QUEUED', cursor: bodyOf(first).nextCursor });

    expect([numbersOf(first), numbersOf(second)]).toEqual([[3, 2], [1]]);
    expect(listed.slice(2)).toEqual([
      { tenant: 'busy', after: middle.createdKey },
      { tenant: 'tenant', after: middle.createdKey },
    ]);
  });

  test.each<[Record<string, string>, readonly number[]]>([
    [{ filter: 'waiting' }, [1]],
    [{ filter: 'degraded' }, [3]],
    [{ filter: 'failed' }, [5, 4]],
    [{ filter: 'failed', status: 'EXPIRED' }, [5]],
    [{ filter: 'dead-lettered' }, [6]],
    [{ filter: 'waiting', status: 'FAILED' }, []],
    [{ status: 'SUCCEEDED' }, [3, 2]],
    [{ chain: 'fast' }, [7]],
    [{ chain: 'fast', status: 'QUEUED', tenant: 'tenant' }, []],
    [{ tenant: 'other' }, [7]],
    [{ tenant: 'nobody' }, []],
  ])('shows with %j only the jobs %j', async (query, numbers) => {
    await give(1, { status: 'DEFERRED' });
    await give(2, { status: 'SUCCEEDED', degraded: false });
    await give(3, { status: 'SUCCEEDED', degraded: true });
    await give(4, { status: 'FAILED' });
    await give(5, { status: 'EXPIRED' });
    await give(6, { status: 'DEAD_LETTERED' });
    await give(7, { tenant: 'other', chain: 'fast' });

    const result = await list(query);

    expect(numbersOf(result)).toEqual(numbers);
    expect(bodyOf(result).tenants).toEqual(['other', 'tenant']);
  });

  test('leaves out a job that has changed or expired since the index was written', async () => {
    const jobs = [await give(1, { status: 'DEFERRED' }), await give(2, { status: 'DEFERRED' })];
    const stays = await give(3, { status: 'DEFERRED' });
    admin.jobs.list = async () => ({ jobs: [...jobs, stays] });
    await give(1, { status: 'SUCCEEDED' });
    await give(2, { status: 'DEFERRED', expiresAt: START / 1000 });

    expect(numbersOf(await list({ filter: 'waiting' }))).toEqual([3]);
  });

  test('has no cursor when its last page is full', async () => {
    for (const n of [1, 2]) await give(n);

    const result = await list({ limit: '2' });

    expect(numbersOf(result)).toEqual([2, 1]);
    expect(bodyOf(result)).not.toHaveProperty('nextCursor');
  });

  test('ends a page at the newest of the places where the reads of several lists ended', async () => {
    const ends = new Map([
      ['late', (await give(3, { tenant: 'late' })).createdKey],
      ['early', (await give(1, { tenant: 'early' })).createdKey],
    ]);
    const [second] = [await give(2, { tenant: 'other' })];
    admin.jobs.list = async ({ tenant, after }) =>
      ends.has(tenant) && !after
        ? { jobs: [], next: ends.get(tenant) ?? '' }
        : { jobs: tenant === 'other' && (!after || second.createdKey < after) ? [second] : [] };

    const first = await list();

    expect(numbersOf(first)).toEqual([]);
    expect(numbersOf(await list({ cursor: bodyOf(first).nextCursor }))).toEqual([2]);
  });

  test('reads no list for a status that its filter excludes', async () => {
    await give(1);
    admin.jobs.list = () => Promise.reject(new Error('a list was read'));

    expect(numbersOf(await list({ filter: 'waiting', status: 'FAILED' }))).toEqual([]);
  });

  test('leaves out a job whose row is gone', async () => {
    const gone = await give(1);
    await give(2);
    const listJobs = admin.jobs.list.bind(admin.jobs);
    admin.jobs.list = async (query, now) => {
      const page = await listJobs(query, now);
      admin.jobs.rows.delete(gone.jobId);
      return page;
    };

    expect(numbersOf(await list())).toEqual([2]);
  });

  test('needs a tenant once more than 100 tenants have jobs', async () => {
    for (let n = 1; n <= 100; n++) await give(n, { tenant: `tenant-${n}` });
    const newestFirst = Array.from({ length: 100 }, (_, i) => 100 - i);
    expect(numbersOf(await list({ limit: '100' }))).toEqual(newestFirst);
    await give(101, { tenant: 'tenant-101' });

    const result = await list();

    expect(result.statusCode).toBe(400);
    expect(bodyOf(result).errors).toEqual([
      {
        field: 'tenant',
        detail:
          'got none, but 101 tenants have jobs; required is one of them if there are more than 100',
      },
    ]);
    expect(numbersOf(await list({ tenant: 'tenant-7' }))).toEqual([7]);
  });

  test.each([
    ['limit', '101'],
    ['status', 'WAITING'],
    ['filter', 'waiting,failed'],
    ['tenant', ''],
    ['chain', 'x'.repeat(65)],
    ['cursor', 'x'],
    ['jobId', JOB_ID],
  ])('refuses %s=%s with its name', async (name, value) => {
    const result = await list({ [name]: value });

    expect(result.statusCode).toBe(400);
    expect(fieldsOf(result)).toEqual([name]);
  });

  test('refuses a cursor of another list, also of a caller’s', async () => {
    for (let n = 1; n <= 3; n++) await give(n);
    const { nextCursor: cursor } = bodyOf(await list({ limit: '1' }));
    const ofCaller = await anApi(admin)({
      route: 'GET /jobs',
      apiKeyId: 'tenant',
      query: { limit: ['1'] },
    });

    expect(numbersOf(await list({ cursor }))).toEqual([2, 1]);
    const others = { tenant: 'tenant', status: 'QUEUED', filter: 'waiting', chain: 'default' };
    for (const [name, value] of Object.entries(others)) {
      expect(fieldsOf(await list({ [name]: value, cursor }))).toEqual(['cursor']);
    }
    expect(fieldsOf(await list({ cursor: bodyOf(ofCaller).nextCursor }))).toEqual(['cursor']);
  });
});

/** A job in each status, as the transitions leave it. */
const FIELDS: Readonly<Record<JobStatus, Partial<Job>>> = {
  QUEUED: { metadata: { team: 'blue' } },
  RUNNING: { claims: 1, claimToken: 'claim', leaseUntil: START + 9, cancelRequested: true },
  DEFERRED: {
    deferrals: 3,
    nextAttemptAt: START + 60_000,
    attempts: [
      anAttempt({ outcome: 'quota-minute', reason: 'ThrottlingException' }),
      anAttempt({ outcome: 'skipped', reason: 'open', ms: 0 }),
    ],
  },
  SUCCEEDED: {
    completedAt: START + 900,
    attempts: [anAttempt()],
    ...answerFacts(),
    claimToken: 'claim',
    resultBytes: 100,
  },
  FAILED: { completedAt: START + 9, error: { type: 't', title: 'T', retryAt: START + 99 } },
  DEAD_LETTERED: { completedAt: START + 9, redrives: 2, error: { type: 't', title: 'T' } },
  EXPIRED: { completedAt: START + 9, error: { type: 't', title: 'T' } },
  CANCELLED: { completedAt: START + 9, purge: 'done' },
};

function answerFacts(): Partial<Job> {
  const { servedBy, tier, usage } = anAnswer();
  const reduced = { degraded: true, degradedBy: ['tier'], truncated: true, costUsd: 0.01 };
  return { servedBy, tier, usage, ...reduced };
}

test.each(JOB_STATUSES)('the list shows a job that is %s as it is alone', async (status) => {
  await admin.registry.add('tenant', FOREVER);
  admin.jobs.rows.set(JOB_ID, aJob({ status, ...FIELDS[status] }));

  const detail = bodyOf(await read());
  const { jobs } = bodyOf(await list());

  expect(detail).toMatchObject({ jobId: JOB_ID, status, tenant: 'tenant' });
  expect(jobs).toEqual([detail]);
  expect(adminJob.parse(detail)).toEqual(detail);
  expect(adminJobDetail.parse(detail)).toEqual(detail);
});

describe('GET /v1/admin/jobs/{id}', () => {
  const store = (fields: Partial<Job>) => admin.jobs.rows.set(JOB_ID, aJob(fields));

  test('says which targets a deferred job waits for, and not which can never serve it', async () => {
    const skips = ['open', 'unsupported:image', 'refused', 'too-long', 'region-unhealthy'].map(
      (reason) => anAttempt({ outcome: 'skipped', reason, target: `target of ${reason}` }),
    );
    store({ status: 'DEFERRED', attempts: [anAttempt({ outcome: 'capacity' }), ...skips] });

    expect(bodyOf(await read()).waitsFor).toEqual([
      { target: 'target of open', reason: 'open' },
      { target: 'target of region-unhealthy', reason: 'region-unhealthy' },
    ]);
  });

  test.each<[JobStatus, string]>([
    ['QUEUED', 'open'],
    ['DEFERRED', 'refused'],
  ])('says of a %s job whose skip was “%s” nothing to wait for', async (status, reason) => {
    store({ status, attempts: [anAttempt({ outcome: 'skipped', reason })] });

    expect(bodyOf(await read())).not.toHaveProperty('waitsFor');
  });

  test.each([
    ['unknown', JOB_ID],
    ['malformed', '../jobs'],
    ['expired', 'e'.repeat(32)],
  ])('answers 404 for an id that is %s', async (_, id) => {
    const expired = aJob({ jobId: 'e'.repeat(32), expiresAt: START / 1000 });
    admin.jobs.rows.set(expired.jobId, expired);

    const { notFound } = PROBLEM;
    expect(bodyOf(await read({}, id)).type).toBe(notFound.type);
    expect(bodyOf(await read({ content: ['true'] }, id)).type).toBe(notFound.type);
    expect(bodyOf(await cancel(id)).type).toBe(notFound.type);
  });

  test('reads no content unless it is asked for', async () => {
    store({ status: 'SUCCEEDED', ...FIELDS.SUCCEEDED });
    const down = () => Promise.reject(new Error('bucket down'));
    Object.assign(admin.results, { getPrompt: down, getAnswer: down, answerUrl: down });

    expect(await read()).toMatchObject({ statusCode: 200 });
    expect(await read({ content: ['false'] })).toMatchObject({ statusCode: 200 });
    expect(await read({ content: ['true'] })).toMatchObject({ statusCode: 503 });
  });

  test('refuses a content that is neither true nor false', async () => {
    expect(fieldsOf(await read({ content: ['yes'] }))).toEqual(['content']);
    expect(fieldsOf(await read({ content: ['true', 'true'] }))).toEqual(['content']);
  });

  test('shows with content=true the request and the answer of a job', async () => {
    store({ status: 'SUCCEEDED', minTier: 'cheap', ...FIELDS.SUCCEEDED });
    await admin.results.putPrompt(aJob(), { messages: [userMessage('How many?')] });
    await admin.results.putAnswer({ jobId: JOB_ID, claimToken: 'claim' }, anAnswer());

    const body = await readContent();

    expect(body.request).toEqual({
      messages: [userMessage('How many?')],
      chain: 'default',
      whenOpen: 'fallback',
      minTier: 'cheap',
    });
    expect(body.result.text).toBe('forty-two');
    expect(body.resultUrl).toBe(`https://results/${JOB_ID}/claim`);
    expect(adminJobDetail.parse(body)).toEqual(body);
    const { request, result, resultUrl, ...rest } = body;
    expect(rest).toEqual(bodyOf(await read()));
  });

  test('shows with content=true what a model said against a job', async () => {
    const error = { type: 't', title: 'T', hasDetail: true } as const;
    store({ status: 'FAILED', claimToken: 'claim', error });
    await admin.results.putErrorDetail({ jobId: JOB_ID, claimToken: 'claim' }, 'too rude');

    expect((await readContent()).error).toEqual({ type: 't', title: 'T', detail: 'too rude' });
    expect(bodyOf(await read()).error).toEqual({ type: 't', title: 'T' });
  });

  test('shows a request that can be submitted again, with its files as they are stored', async () => {
    const settings = aChain();
    const api = anApi(admin, { settings });
    const image = { image: { format: 'png', source: { bytes: PIXEL } } };
    const body = {
      messages: [{ role: 'user', content: [{ text: 'What is it?' }, image] }],
      system: 'Be brief.',
      inferenceConfig: { maxTokens: 20 },
      metadata: { team: 'blue' },
      deadlineSeconds: 600,
      priority: 'batch',
    };
    const post = async (request: unknown) =>
      bodyOf(await api({ route: 'POST /jobs', body: JSON.stringify(request) })).jobId;
    const requestOf = async (id: string) => bodyOf(await read({ content: ['true'] }, id)).request;

    const request = await requestOf(await post(body));

    expect(request).toMatchObject({ ...body, system: [{ text: 'Be brief.' }] });
    expect(await requestOf(await post(request))).toEqual(request);
  });

  test('says that a purged job has no content', async () => {
    await admin.results.putPrompt(aJob(), { messages: [userMessage('secret')] });
    store({ status: 'SUCCEEDED', ...FIELDS.SUCCEEDED, purge: 'begun' });

    const body = await readContent();

    expect(body.purge).toBe('begun');
    for (const field of ['request', 'requestMissing', 'result', 'resultUrl']) {
      expect(body).not.toHaveProperty(field);
    }
  });

  test.each([
    ['deleted', undefined],
    ['too-large', '"'.repeat(1.5 * 1024 * 1024)],
  ])('says that a request is %s', async (reason, prompt) => {
    store({});
    if (prompt) await admin.results.putPrompt(aJob(), { messages: [userMessage(prompt)] });

    const body = await readContent();

    expect(body.requestMissing).toBe(reason);
    expect(body).not.toHaveProperty('request');
  });

  test('tells how long to wait before reading again', async () => {
    store({ status: 'DEFERRED', nextAttemptAt: START + 30_000 });

    expect((await read()).headers).toMatchObject({ 'retry-after': '30' });
  });
});

describe('DELETE /v1/admin/jobs/{id}', () => {
  test('cancels a waiting job of any tenant, and publishes its end', async () => {
    admin.jobs.rows.set(JOB_ID, aJob({ tenant: 'somebody', status: 'DEFERRED' }));

    const result = await cancel();

    expect(result.statusCode).toBe(202);
    expect(bodyOf(result)).toMatchObject({ status: 'CANCELLED', tenant: 'somebody' });
    expect(adminJob.parse(bodyOf(result))).toEqual(bodyOf(result));
    expect(rowOf(admin, JOB_ID).status).toBe('CANCELLED');
    expect(admin.bus.events).toMatchObject([{ jobId: JOB_ID, status: 'CANCELLED' }]);
    expect(admin.logged).toContainEqual({
      message: 'job cancelled by an operator',
      fields: { jobId: JOB_ID, actor: OPERATOR },
    });
  });

  test('asks a running job to stop', async () => {
    const running = { claims: 1, claimToken: 'claim', leaseUntil: START + 9 };
    admin.jobs.rows.set(JOB_ID, aJob({ status: 'RUNNING', ...running }));

    expect(bodyOf(await cancel())).toMatchObject({ status: 'RUNNING', cancelRequested: true });
  });

  test('refuses a job that has ended', async () => {
    admin.jobs.rows.set(JOB_ID, aJob({ status: 'FAILED' }));

    const result = await cancel();

    expect(result.statusCode).toBe(409);
    expect(bodyOf(result).type).toBe(PROBLEM.alreadyEnded.type);
  });

  test('purges nothing', async () => {
    admin.jobs.rows.set(JOB_ID, aJob({ status: 'FAILED' }));
    const query = { purge: ['true'] };

    const result = await admin.call({ route: 'DELETE /admin/jobs/{id}', id: JOB_ID, query });

    expect(fieldsOf(result)).toEqual(['purge']);
    expect(rowOf(admin, JOB_ID)).not.toHaveProperty('purge');
  });
});

describe('the record of an operator’s look at jobs', () => {
  test('has what was asked for and the ids of the jobs, but none of their texts', async () => {
    const canary = 'canary-5f1c';
    const fields = { ...FIELDS.SUCCEEDED, metadata: { name: canary } };
    admin.jobs.rows.set(JOB_ID, aJob({ status: 'SUCCEEDED', ...fields }));
    await admin.registry.add('tenant', FOREVER);
    await admin.results.putPrompt(aJob(), { messages: [userMessage(canary)] });
    const answer = anAnswer({ text: canary });
    await admin.results.putAnswer({ jobId: JOB_ID, claimToken: 'claim' }, answer);

    await list({ status: 'SUCCEEDED' });
    await read();
    const shown = await read({ content: ['true'] });
    await cancel();
    admin.jobs.rows.set(JOB_ID, aJob({ metadata: { name: canary } }));
    await cancel();

    const by = { actor: OPERATOR, requestId: 'request-id' };
    expect(shown.body).toContain(canary);
    expect(admin.actions).toMatchObject([
      {
        ...by,
        action: 'list',
        request: { status: 'SUCCEEDED', limit: 20 },
        status: 200,
        result: { jobIds: [JOB_ID] },
      },
      { ...by, action: 'read', jobId: JOB_ID, request: { content: false }, status: 200 },
      { action: 'read', jobId: JOB_ID, request: { content: true }, result: { jobId: JOB_ID } },
      { action: 'cancel', jobId: JOB_ID, status: 409, result: { type: PROBLEM.alreadyEnded.type } },
      { action: 'cancel', jobId: JOB_ID, status: 202, result: { jobId: JOB_ID } },
    ]);
    expect(JSON.stringify([admin.actions, admin.logged])).not.toContain(canary);
  });

  test('is made of a refused one too, without its query', async () => {
    await list({ limit: '0' });
    await read({}, 'f'.repeat(32));

    expect(admin.actions).toMatchObject([
      { action: 'list', status: 400, result: { errors: [{ field: 'limit' }] } },
      { action: 'read', status: 404, jobId: 'f'.repeat(32) },
    ]);
    expect(admin.actions[0]).not.toHaveProperty('request');
  });
});

/** A PNG of one pixel. */
const PIXEL =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
