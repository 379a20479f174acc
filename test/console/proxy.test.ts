import type { IncomingHttpHeaders } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { type Api, proxyToApi } from '../../console/server/api-proxy.ts';
import { urlBelow } from '../../console/server/forward.ts';
import { type Loopback, listenOnLoopback } from '../../console/server/loopback.ts';
import { createSignedFetch } from '../../console/server/signed-fetch.ts';
import { OPERATOR, verifySignature } from '../../local/rest-api/signature.ts';
import '../support/errors-of-one-realm.ts';

interface Received {
  readonly method?: string;
  readonly url?: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** The verdict of the embedded run's check of signatures. */
  readonly signer: ReturnType<typeof verifySignature>;
}

const PREFIX = '/console/api/';

describe('the proxy to the API', () => {
  let api: Loopback;
  let server: Loopback;
  let received: Received[];
  let answer: { status: number; headers: Record<string, string>; body: string };
  let destination: Api;

  beforeAll(async () => {
    api = await listenOnLoopback(0);
    api.serve(async (request, response) => {
      const { method, url, headers } = request;
      const body = await text(request);
      const signer = verifySignature(request, Buffer.from(body), Date.now());
      received.push({ method, url, headers, body, signer });
      response.writeHead(answer.status, answer.headers).end(answer.body);
    });
    server = await listenOnLoopback(0);
    server.serve((request, response) =>
      proxyToApi(request, response, (request.url ?? '').slice(PREFIX.length), destination),
    );
  });
  beforeEach(() => {
    received = [];
    answer = { status: 200, headers: { 'content-type': 'application/json' }, body: '{}' };
    destination = {
      url: `${api.url}/v1`,
      tenants: [
        { tenant: 'ours', apiKey: 'key-1' },
        { tenant: 'theirs', apiKey: 'key-2' },
      ],
      signedFetch: createSignedFetch({ region: 'us-east-1', credentials: OPERATOR }),
    };
  });
  afterAll(async () => {
    await server.close();
    await api.close();
  });

  const send = (path: string, init?: RequestInit) => fetch(`${server.url}${PREFIX}${path}`, init);

  test('adds the key of the first tenant, or of the one that the header names', async () => {
    await send('jobs?limit=5');
    await send('jobs', { headers: { 'x-console-tenant': 'theirs' } });

    expect(received.map(({ url, headers }) => [url, headers['x-api-key']])).toEqual([
      ['/v1/jobs?limit=5', 'key-1'],
      ['/v1/jobs', 'key-2'],
    ]);
  });

  test('refuses an unknown tenant and names the known ones', async () => {
    const refused = await send('jobs', { headers: { 'x-console-tenant': 'nobody' } });

    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({
      title: 'Unknown tenant',
      detail: 'x-console-tenant: allowed is ours, theirs',
    });
    expect(received).toEqual([]);
  });

  test('passes on the body and few headers, and nothing else of the browser', async () => {
    const body = JSON.stringify({ prompt: 'Why?' });
    await send('jobs', {
      method: 'POST',
      body,
      headers: {
        'content-type': 'application/json',
        'idempotency-key': 'once',
        'x-api-key': 'a key of the page',
        authorization: 'Basic abc',
        cookie: 'session=1',
        origin: server.url,
        referer: `${server.url}/#token=secret`,
        'x-console-token': 'secret',
        'x-forwarded-for': '203.0.113.7',
      },
    });

    const [{ method, headers, body: sent } = { headers: {} }] = received;
    expect({ method, sent }).toEqual({ method: 'POST', sent: body });
    expect(headers).toMatchObject({
      'content-type': 'application/json',
      'idempotency-key': 'once',
      'x-api-key': 'key-1',
    });
    expect(JSON.stringify(headers)).not.toMatch(/secret|session|Basic|203\.0|origin|a key of/);
  });

  test('signs the routes of operators, also with an encoded key, a query and a body', async () => {
    const key = encodeURIComponent('us-east-1/us.anthropic.claude-sonnet-4-5-20250929-v1:0');
    await send('admin/health');
    await send(`admin/overrides/target/${key}?b=2&a=1&a=0`, {
      method: 'PUT',
      body: '{"mode":"observe"}',
    });

    expect(received.map(({ signer }) => signer)).toEqual([OPERATOR, OPERATOR]);
    expect(received[1]?.url).toBe(`/v1/admin/overrides/target/${key}?b=2&a=1&a=0`);
    for (const { headers } of received) expect(headers).not.toHaveProperty('x-api-key');
  });

  test('returns the status, the body and the headers that the client needs', async () => {
    answer = {
      status: 503,
      headers: {
        'content-type': 'application/problem+json',
        'retry-after': '7',
        'x-amzn-requestid': 'r-1',
        'set-cookie': 'a=b',
        'access-control-allow-origin': '*',
      },
      body: '{"title":"Unavailable"}',
    };

    const response = await send('jobs/1');

    expect(response.status).toBe(503);
    expect(await response.json()).toEqual({ title: 'Unavailable' });
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'content-type': 'application/problem+json',
      'retry-after': '7',
      'x-amzn-requestid': 'r-1',
    });
    expect(response.headers.has('set-cookie')).toBe(false);
    expect(response.headers.has('access-control-allow-origin')).toBe(false);
  });

  test('follows no redirect, which could lead a signed request elsewhere', async () => {
    answer = { status: 302, headers: { location: 'https://evil.example/' }, body: '' };

    const response = await send('admin/health', { redirect: 'manual' });

    expect(response.status).toBe(302);
    expect(received).toHaveLength(1);
  });

  test('refuses a body over 6 MB without sending it', async () => {
    const response = await send('jobs', { method: 'POST', body: 'a'.repeat(6 * 1024 * 1024 + 1) });

    expect(response.status).toBe(413);
    expect(received).toEqual([]);
  });

  test('says which server it could not reach', async () => {
    const gone = await listenOnLoopback(0);
    await gone.close();
    destination = { ...destination, url: `${gone.url}/v1` };

    const response = await send('jobs');

    expect(response.status).toBe(502);
    expect(await response.json()).toMatchObject({
      title: 'Not reachable',
      detail: `${new URL(gone.url).host}: not reachable (ECONNREFUSED)`,
    });
  });
});

test('expired credentials are named, because the console may stay open for longer than they last', async () => {
  const expired = Object.assign(new Error('the SSO session has expired'), {
    name: 'CredentialsProviderError',
  });
  const signedFetch = createSignedFetch({
    region: 'us-east-1',
    credentials: () => Promise.reject(expired),
  });
  const server = await listenOnLoopback(0);
  server.serve((request, response) =>
    proxyToApi(request, response, 'admin/health', {
      url: 'https://api.example/v1',
      tenants: [],
      signedFetch,
    }),
  );

  const response = await fetch(server.url);

  expect(response.status).toBe(403);
  expect(await response.json()).toMatchObject({
    detail: expect.stringMatching(
      /^api\.example: no valid credentials \(CredentialsProviderError\): log in again/,
    ),
  });
  await server.close();
});

describe('a path of the console', () => {
  const base = 'http://127.0.0.1:8787/v1';

  test.each([
    ['jobs', `${base}/jobs`],
    ['jobs?status=FAILED', `${base}/jobs?status=FAILED`],
    [
      'admin/overrides/target/us-east-1%2Fa%3A0',
      `${base}/admin/overrides/target/us-east-1%2Fa%3A0`,
    ],
    ['', `${base}/`],
  ])('%s leads below the base', (path, url) => {
    expect(urlBelow(base, path)?.href).toBe(url);
  });

  test.each(['../_control/faults', 'jobs/../../x', '%2e%2e/x', '..\\x', 'a b', '\t..'])(
    '%s is refused',
    (path) => {
      expect(urlBelow(base, path)).toBeUndefined();
    },
  );

  test('that climbs within the base is signed by where it leads, not by how it begins', () => {
    expect(urlBelow(base, 'admin/../jobs')?.href).toBe(`${base}/jobs`);
    expect(urlBelow(base, 'jobs/../admin/health')?.href).toBe(`${base}/admin/health`);
  });
});
