import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Job } from '../../lambda/core/jobs/job.ts';
import { encodeCursor } from '../../lambda/http/list-cursor.ts';
import { type ApiCall, anApi, bodyOf, fieldsOf } from '../support/api-caller.ts';
import { aJob, aRunningJob, START } from '../support/job-builders.ts';
import { aWorld, type World } from '../support/job-world.ts';

let world: World;
let call: ApiCall;
beforeEach(() => {
  world = aWorld();
  call = anApi(world);
});

const list = (query: Record<string, string> = {}, apiKeyId = 'tenant') =>
  call({
    route: 'GET /jobs',
    apiKeyId,
    query: Object.fromEntries(Object.entries(query).map(([name, value]) => [name, [value]])),
  });

/** Stores jobs of one tenant, the oldest first. */
function given(count: number, fields: (n: number) => Partial<Job> = () => ({})): void {
  for (let n = 1; n <= count; n++) {
    const jobId = n.toString(16).padStart(32, '0');
    const createdAt = START + n;
    const createdKey = `${new Date(createdAt).toISOString()}#${jobId}`;
    world.jobs.rows.set(jobId, aJob({ jobId, createdAt, createdKey, ...fields(n) }));
  }
}

const numbersOf = (result: Awaited<ReturnType<typeof list>>) =>
  bodyOf(result).jobs.map(({ jobId }: { jobId: string }) => Number.parseInt(jobId, 16));

describe('GET /v1/jobs', () => {
  test('shows the newest twenty, and the rest on the next page', async () => {
    given(25);

    const first = await list();
    const second = await list({ cursor: bodyOf(first).nextCursor });

    expect(first.statusCode).toBe(200);
    expect(numbersOf(first)).toEqual(Array.from({ length: 20 }, (_, i) => 25 - i));
    expect(numbersOf(second)).toEqual([5, 4, 3, 2, 1]);
    expect(bodyOf(second)).not.toHaveProperty('nextCursor');
  });

  test('shows the status and the chain of each job, and the target that served it', async () => {
    const end = { completedAt: START + 900, servedBy: 'us-east-1/a', tier: 'a', degraded: false };
    const done = aRunningJob({ status: 'SUCCEEDED', chain: 'fast', ...end });
    world.jobs.rows.set(done.jobId, done);

    expect(bodyOf(await list())).toEqual({
      jobs: [
        {
          ...end,
          jobId: done.jobId,
          status: 'SUCCEEDED',
          chain: 'fast',
          createdAt: '2026-01-01T00:00:00.000Z',
          completedAt: '2026-01-01T00:00:00.900Z',
        },
      ],
    });
  });

  test('shows no job of another tenant', async () => {
    given(3, (n) => ({ tenant: n === 2 ? 'tenant' : 'other' }));

    expect(numbersOf(await list())).toEqual([2]);
    expect(numbersOf(await list({}, 'other'))).toEqual([3, 1]);
    expect(numbersOf(await list({}, 'nobody'))).toEqual([]);
  });

  test('shows only the requested status on every page', async () => {
    given(9, (n) => ({ status: n % 2 === 0 ? 'FAILED' : 'QUEUED' }));

    const first = await list({ status: 'FAILED', limit: '3' });
    const second = await list({
      status: 'FAILED',
      limit: '1',
      cursor: bodyOf(first).nextCursor,
    });

    expect(numbersOf(first)).toEqual([8, 6, 4]);
    expect(numbersOf(second)).toEqual([2]);
  });

  test('returns a cursor even if the part of the index that was read matched nothing', async () => {
    world.jobs.list = async () => ({ jobs: [], next: 'position' });

    const { jobs, nextCursor } = bodyOf(await list({ status: 'FAILED' }));

    expect(jobs).toEqual([]);
    expect(nextCursor).toEqual(expect.any(String));
  });
});

describe('a cursor', () => {
  let cursor: string;
  beforeEach(async () => {
    given(3);
    cursor = bodyOf(await list({ limit: '1' })).nextCursor;
  });

  test('reveals nothing about the table and needs no escaping in a URL', () => {
    expect(cursor).toMatch(/^[\w-]+$/);
  });

  test('continues where its page ended, even if jobs were added since', async () => {
    given(5);

    expect(numbersOf(await list({ cursor, limit: '5' }))).toEqual([2, 1]);
  });

  test.each<[string, (cursor: string) => string]>([
    ['that is empty', () => ''],
    ['that is truncated', (text) => text.slice(0, -1)],
    ['with a letter appended', (text) => `${text}A`],
    ['with padding', (text) => `${text}=`],
    ['with a letter changed', (text) => (text[0] === 'A' ? 'B' : 'A') + text.slice(1)],
    ['that is made up', () => Buffer.from('2026-01-01T00:00:00.002Z#0').toString('base64url')],
    ['of binary garbage', () => Buffer.from([0, 255, 254, 32, 1]).toString('base64url')],
    ['without a position', () => encodeCursor('', ['tenant', undefined])],
    ['that is a single space', () => Buffer.from(' ').toString('base64url')],
    ['of 100,000 letters', () => 'A'.repeat(100_000)],
    ['of another tenant', () => encodeCursor('2026-01-01T00:00:00.002Z#0', ['other', undefined])],
    ['of another status', () => encodeCursor('2026-01-01T00:00:00.002Z#0', ['tenant', 'FAILED'])],
  ])('%s is refused with the field cursor', async (_, change) => {
    const result = await list({ cursor: change(cursor) });

    expect(result.statusCode).toBe(400);
    expect(fieldsOf(result)).toEqual(['cursor']);
  });

  test('of another caller is refused, and a forged one shows only the caller’s own jobs', async () => {
    const forged = encodeCursor('9999', ['other', undefined]);

    expect(bodyOf(await list({ cursor }, 'other')).errors).toEqual([
      {
        field: 'cursor',
        detail: 'allowed is the nextCursor of a list with the same API key and status',
      },
    ]);
    expect(numbersOf(await list({ cursor: forged }, 'other'))).toEqual([]);
  });
});

describe('a parameter of a list', () => {
  test.each([
    ['limit', '0'],
    ['limit', '101'],
    ['limit', '-1'],
    ['limit', '2.5'],
    ['limit', ''],
    ['limit', 'ten'],
    ['limit', '1e2'],
    ['status', 'queued'],
    ['status', ''],
    ['status', 'constructor'],
    ['tenant', 'other'],
    ['Limit', '5'],
    ['__proto__', '5'],
  ])('%s=%s is refused with its name', async (name, value) => {
    const result = await call({ route: 'GET /jobs', query: { [name]: [value] } });

    expect(result.statusCode).toBe(400);
    expect(fieldsOf(result)).toEqual([name]);
  });

  test.each(['limit', 'status', 'cursor', 'other'])(
    '%s is refused if it is repeated',
    async (name) => {
      const result = await call({ route: 'GET /jobs', query: { [name]: ['1', '1'] } });

      expect(result.statusCode).toBe(400);
      expect(fieldsOf(result)).toEqual([name]);
    },
  );

  test.each([['1'], ['100']])('limit=%s is accepted', async (limit) => {
    expect((await list({ limit })).statusCode).toBe(200);
  });
});
