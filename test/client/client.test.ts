import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { createOperatorClient, Problem, Unreachable, WaitTimeout } from '../../client/client.ts';
import { fakeApi, json, LOST, problem } from './fake-api.ts';

const ID = '0123456789abcdef0123456789abcdef';
const job = (status: string, more = {}) => json(200, { jobId: ID, status, attempts: [], ...more });
const accepted = () => json(202, { jobId: ID, status: 'QUEUED', links: {} });

describe('submit', () => {
  test('sends the request with the key, and an idempotency key of its own', async () => {
    const { client, asked } = fakeApi(accepted());

    expect(await client.submit({ prompt: 'hello', chain: 'fast' })).toMatchObject({ jobId: ID });

    expect(asked).toMatchObject([
      { method: 'POST', path: '/v1/jobs', body: { prompt: 'hello', chain: 'fast' } },
    ]);
    expect(asked[0]?.headers.get('x-api-key')).toBe('local');
    expect(asked[0]?.headers.get('idempotency-key')).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('repeats a submission whose response was lost with the same idempotency key', async () => {
    const { client, asked, slept } = fakeApi(
      LOST,
      problem(503, { 'retry-after': '2' }),
      accepted(),
    );

    await client.submit({ prompt: 'hello' });

    const keys = asked.map(({ headers }) => headers.get('idempotency-key'));
    expect(new Set(keys).size).toBe(1);
    expect(slept).toHaveLength(2);
    expect(slept[1]).toBeGreaterThanOrEqual(2_000);
  });

  test('keeps the caller’s own idempotency key', async () => {
    const { client, asked } = fakeApi(accepted());

    await client.submit({ prompt: 'hello' }, { idempotencyKey: 'order-17' });

    expect(asked[0]?.headers.get('idempotency-key')).toBe('order-17');
  });

  test('does not repeat a request that the API refuses, and names the fields', async () => {
    const errors = [{ field: 'prompt', detail: 'got nothing, allowed is a text' }];
    const { client, asked } = fakeApi(problem(400, {}, { errors, requestId: 'r-1' }));

    const refusal = client.submit({});

    await expect(refusal).rejects.toBeInstanceOf(Problem);
    await expect(refusal).rejects.toMatchObject({ status: 400, errors, requestId: 'r-1' });
    expect(asked).toHaveLength(1);
  });

  test('gives up after four tries', async () => {
    const { client, asked } = fakeApi(LOST, LOST, LOST, LOST);

    await expect(client.submit({ prompt: 'x' })).rejects.toBeInstanceOf(Unreachable);
    expect(asked).toHaveLength(4);
  });
});

describe('wait', () => {
  test('lets the API wait, tells each change of the status, and returns the ended job', async () => {
    const { client, asked } = fakeApi(
      job('QUEUED'),
      job('RUNNING'),
      job('RUNNING'),
      job('SUCCEEDED'),
    );
    const seen: string[] = [];

    const ended = await client.wait(ID, { onChange: ({ status }) => seen.push(status) });

    expect(ended.status).toBe('SUCCEEDED');
    expect(seen).toEqual(['QUEUED', 'RUNNING', 'SUCCEEDED']);
    expect(asked.map(({ path }) => path)).toEqual(Array(4).fill(`/v1/jobs/${ID}?wait=5`));
  });

  test('pauses until the next attempt of a deferred job, and at most half a minute', async () => {
    const at = (ms: number) => new Date(1_000_000 + ms).toISOString();
    const { client, slept } = fakeApi(
      job('DEFERRED', { nextAttemptAt: at(12_000) }),
      job('DEFERRED', { nextAttemptAt: at(600_000) }),
      job('FAILED'),
    );

    await client.wait(ID);

    expect(slept).toEqual([12_000, 30_000]);
  });

  test('survives lost connections, 429 and 503, and does as Retry-After says', async () => {
    const { client, slept } = fakeApi(
      LOST,
      problem(503),
      problem(429, { 'retry-after': '7' }),
      job('SUCCEEDED'),
    );

    expect((await client.wait(ID)).status).toBe('SUCCEEDED');
    expect(slept[2]).toBeGreaterThanOrEqual(7_000);
  });

  test('throws for a job that does not exist', async () => {
    const { client } = fakeApi(problem(404));

    await expect(client.wait(ID)).rejects.toMatchObject({ name: 'Problem', status: 404 });
  });

  test('stops after its time, while the job goes on', async () => {
    const { client } = fakeApi(
      problem(503, { 'retry-after': '3' }),
      problem(503, { 'retry-after': '60' }),
    );

    await expect(client.wait(ID, { timeoutMs: 10_000 })).rejects.toMatchObject({
      name: WaitTimeout.name,
      jobId: ID,
    });
  });

  test('stops when the caller aborts it, with the caller’s reason', async () => {
    const { client } = fakeApi();

    await expect(client.wait(ID, { signal: AbortSignal.abort('enough') })).rejects.toBe('enough');
  });
});

describe('list', () => {
  test('returns the jobs of all pages one by one', async () => {
    const { client, asked } = fakeApi(
      json(200, { jobs: [{ jobId: 'a' }, { jobId: 'b' }], nextCursor: 'next' }),
      json(200, { jobs: [], nextCursor: 'more' }),
      json(200, { jobs: [{ jobId: 'c' }] }),
    );
    const ids: string[] = [];

    for await (const each of client.list({ status: 'FAILED' })) ids.push(each.jobId);

    expect(ids).toEqual(['a', 'b', 'c']);
    expect(asked.map(({ path }) => path)).toEqual([
      '/v1/jobs?status=FAILED&limit=100',
      '/v1/jobs?status=FAILED&limit=100&cursor=next',
      '/v1/jobs?status=FAILED&limit=100&cursor=more',
    ]);
  });

  test('asks for no more jobs than its limit', async () => {
    const { client, asked } = fakeApi(json(200, { jobs: [{}, {}], nextCursor: 'next' }));
    let count = 0;

    for await (const _ of client.list({ limit: 2 })) count++;

    expect([count, asked[0]?.path]).toEqual([2, '/v1/jobs?limit=2']);
  });
});

describe('the other methods', () => {
  test('cancel and purge a job, and encode what does not belong into an address', async () => {
    const { client, asked } = fakeApi(job('CANCELLED'), job('CANCELLED'), problem(404));

    await client.cancel(ID);
    await client.purge(ID);
    await client.get('../health', { waitSeconds: 3 }).catch(() => undefined);

    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      `DELETE /v1/jobs/${ID}`,
      `DELETE /v1/jobs/${ID}?purge=true`,
      'GET /v1/jobs/..%2Fhealth?wait=3',
    ]);
  });

  test('upload a file with the form that the API returns', async () => {
    const form = { uploadId: ID, url: 'https://bucket.example/', fields: { key: 'k' } };
    const { client, asked } = fakeApi(json(201, form), new Response(null, { status: 204 }));

    const uploadId = await client.upload({
      contentType: 'image/png',
      bytes: new Uint8Array([1, 2, 3]),
    });

    expect(uploadId).toBe(ID);
    expect(asked).toMatchObject([
      { path: '/v1/uploads', body: { contentType: 'image/png', bytes: 3 } },
      { method: 'POST', path: '/' },
    ]);
    expect(asked[1]?.headers.get('x-api-key')).toBeNull();
  });

  test('of an operator encode the key of an override', async () => {
    const { fetch, asked } = fakeApi(json(200, {}), json(200, {}), json(200, {}));
    const operator = createOperatorClient({ url: 'http://127.0.0.1:8787/v1', fetch });

    await operator.override('target', 'us-east-1/a:0', { mode: 'observe', reason: 'a drill' });
    await operator.jobs({ tenant: 'a b', filter: 'waiting' });
    await operator.redrive();

    expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'PUT /v1/admin/overrides/target/us-east-1%2Fa%3A0',
      'GET /v1/admin/jobs?tenant=a+b&filter=waiting',
      'POST /v1/admin/redrive',
    ]);
  });

  test('explain an error that is no problem document', async () => {
    const { client } = fakeApi(new Response('<html>', { status: 502 }));

    await expect(client.health()).rejects.toMatchObject({
      status: 502,
      title: 'The API answered 502',
    });
  });

  test('report a body that breaks off as a lost connection', async () => {
    const { client } = fakeApi(new Response('{"status":', { status: 200 }));

    await expect(client.health()).rejects.toBeInstanceOf(Unreachable);
  });
});

describe('the package', () => {
  test('has types that were made from the current document', () => {
    const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
    const hash = createHash('sha256').update(read('docs/openapi.json')).digest('hex');

    // Otherwise: npm run openapi
    expect(read('client/openapi.ts').split('\n')[0]).toContain(hash);
  });

  test('runs in a browser, within 4 kB', async () => {
    const entry = new URL('../../client/client.ts', import.meta.url).pathname;
    const { outputFiles } = await build({
      entryPoints: [entry],
      bundle: true,
      minify: true,
      format: 'esm',
      platform: 'browser',
      write: false,
    });

    expect(gzipSync(outputFiles[0]?.contents ?? '').length).toBeLessThan(4096);
  });
});
