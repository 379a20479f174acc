import { request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { SteadyTraffic } from '../../console/contract/laptop.ts';
import { systemClock } from '../../console/server/clock.ts';
import { type ConsoleOptions, createConsole } from '../../console/server/console.ts';
import { type Loopback, listenOnLoopback } from '../../console/server/loopback.ts';
import { etagOf, type Page } from '../../console/server/page.ts';
import { SnapshotReader } from '../../console/server/snapshot-reader.ts';
import '../support/errors-of-one-realm.ts';
import { eventually } from '../support/eventually.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { AN_INSTANCE, someHealth } from './instance.ts';

const PAGE: Page = new Map(
  [
    ['/', 'text/html; charset=utf-8', '<!doctype html>'],
    ['/console/page.js', 'text/javascript; charset=utf-8', 'start()'],
  ].map(([path = '', contentType = '', content = '']) => {
    const body = Buffer.from(content);
    return [path, { contentType, body, etag: etagOf(body) }];
  }),
);
const JSON_TYPE = { 'content-type': 'application/json' };

describe('the server of the console', () => {
  let server: Loopback;
  let clock: FakeClock;
  let traffic: SteadyTraffic;
  let isDrillRunning: boolean;
  let healthReads: number;

  beforeEach(async () => {
    clock = new FakeClock();
    traffic = { jobsPerSecond: 0 };
    isDrillRunning = false;
    healthReads = 0;
    server = await listenOnLoopback(0);
    serve();
  });
  afterEach(() => server.close());

  function serve(options: Partial<ConsoleOptions> = {}): void {
    const health = {
      name: 'health',
      everyMs: 1_000,
      read: async () => {
        healthReads++;
        return someHealth();
      },
      explain: String,
    };
    const drill = { state: 'running', act: 'fail', startedAt: 'now', events: [] } as const;
    const laptop = {
      traffic: {
        current: () => traffic,
        set: (set: SteadyTraffic) => {
          traffic = set;
        },
      },
      drill: {
        current: () => (isDrillRunning ? drill : undefined),
        start: () => {
          if (isDrillRunning) return false;
          isDrillRunning = true;
          return true;
        },
        stop: () => {
          isDrillRunning = false;
        },
      },
    };
    server.serve(
      createConsole({
        page: async () => PAGE,
        api: { url: `${server.url}/v1`, tenants: [], signedFetch: fetch },
        reader: new SnapshotReader({ instance: AN_INSTANCE, health, laptop }, clock),
        clock,
        laptop,
        ...options,
      }),
    );
  }

  const get = (path: string, headers: Record<string, string> = {}) =>
    fetch(`${server.url}${path}`, { headers });

  test('serves the page with a policy that allows only its own files', async () => {
    const page = await get('/');
    const script = await get('/console/page.js');

    expect(await page.text()).toBe('<!doctype html>');
    expect(await script.text()).toBe('start()');
    expect(page.headers.get('content-type')).toBe('text/html; charset=utf-8');
    for (const { headers } of [page, script, await get('/console/snapshot')]) {
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
      );
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('referrer-policy')).toBe('no-referrer');
    }
  });

  test('answers 304 for a file that the browser has', async () => {
    const first = await get('/console/page.js');
    const second = await get('/console/page.js', {
      'if-none-match': String(first.headers.get('etag')),
    });

    expect(first.headers.get('cache-control')).toBe('no-cache');
    expect([second.status, await second.text()]).toEqual([304, '']);
  });

  test('serves no other file', async () => {
    for (const path of [
      '/console/other.js',
      '/console/../page.ts',
      '/console/%2e%2e/x.js',
      '/console',
    ]) {
      expect((await get(path)).status).toBe(404);
    }
    expect((await fetch(server.url, { method: 'POST', headers: JSON_TYPE })).status).toBe(405);
  });

  test('answers 304 for a snapshot that has not changed, and a new one after the next read', async () => {
    const first = await get('/console/snapshot');
    const etag = String(first.headers.get('etag'));
    const same = await get('/console/snapshot', { 'if-none-match': etag });
    await clock.advance(1_000);
    const next = await get('/console/snapshot', { 'if-none-match': etag });

    expect(first.headers.get('cache-control')).toBe('no-store');
    expect(await first.json()).toMatchObject({
      instance: AN_INSTANCE,
      health: { value: someHealth() },
    });
    expect([same.status, await same.text()]).toEqual([304, '']);
    expect(next.status).toBe(200);
  });

  test('refuses another host, another origin and a form, also for the page', async () => {
    const { port } = new URL(server.url);
    const byRebinding = await rawStatus(Number(port), { host: `evil.example:${port}` });
    const foreign = { origin: 'https://evil.example' };
    const byForm = fetch(`${server.url}/console/drill`, { method: 'POST', body: 'a=b' });

    expect(byRebinding).toBe(403);
    for (const path of ['/', '/console/snapshot', '/console/stream', '/console/api/jobs']) {
      expect((await get(path, foreign)).status).toBe(403);
      expect((await get(path, { origin: 'null' })).status).toBe(403);
    }
    expect((await byForm).status).toBe(415);
    expect(isDrillRunning).toBe(false);
  });

  test('opens the page by a link of another site, but no data', async () => {
    const link = {
      'sec-fetch-site': 'cross-site',
      'sec-fetch-mode': 'navigate',
      'sec-fetch-dest': 'document',
    };

    expect(await rawStatus(portOf(server), link, '/')).toBe(200);
    expect(await rawStatus(portOf(server), { ...link, 'sec-fetch-dest': 'iframe' }, '/')).toBe(403);
    expect(await rawStatus(portOf(server), link, '/console/snapshot')).toBe(403);
  });

  test('asks for the token in each request for data, and not for the files of the page', async () => {
    serve({ token: 'secret' });

    expect((await get('/')).status).toBe(200);
    expect((await get('/console/page.js')).status).toBe(200);
    for (const path of [
      '/console/snapshot',
      '/console/snapshot?token=secret',
      '/console/api/jobs',
    ]) {
      expect((await get(path)).status).toBe(401);
    }
    expect(healthReads).toBe(0);
    expect((await get('/console/snapshot', { 'x-console-token': 'secret' })).status).toBe(200);
  });

  test('streams a snapshot at once, and then each change', async () => {
    const response = await get('/console/stream');
    const events = eventsOf(response);

    const first = await events.next();
    await clock.advance(2_000);
    const [second, third] = [await events.next(), await events.next()];

    expect(response.headers.get('content-type')).toBe('text/event-stream');
    expect(JSON.parse(String(first.value).replace('data: ', ''))).toMatchObject({
      instance: AN_INSTANCE,
      health: { at: '2026-01-15T12:00:00.000Z' },
    });
    expect(second.value).toContain('2026-01-15T12:00:01.000Z');
    expect(third.value).not.toBe(second.value);
    await events.return(undefined);
  });

  test('streams a comment now and then, so that a lost connection is noticed', async () => {
    const events = eventsOf(await get('/console/stream'));
    await events.next();

    await clock.advance(15_000);
    const seen = new Set<string>();
    while (!seen.has(': heartbeat')) seen.add(String((await events.next()).value));

    expect(seen.size).toBeGreaterThan(1);
    await events.return(undefined);
  });

  test('reads no more once the last page is gone', async () => {
    const gone = new AbortController();
    const response = await fetch(`${server.url}/console/stream`, { signal: gone.signal });
    const events = eventsOf(response);
    await events.next();
    gone.abort();
    await expect(events.next()).rejects.toThrow();
    await eventually('the server to notice', async () => {
      const reads = healthReads;
      await clock.advance(1_000);
      return healthReads === reads || undefined;
    });

    const before = healthReads;
    await clock.advance(60_000);

    expect(healthReads).toBe(before);
  });

  test('ends open streams when it closes', async () => {
    const events = eventsOf(await get('/console/stream'));
    await events.next();

    await server.close();

    await expect(events.next()).rejects.toThrow();
  });

  test('sets the steady traffic within its limits', async () => {
    const put = (body: string) =>
      fetch(`${server.url}/console/traffic`, { method: 'PUT', body, headers: JSON_TYPE });

    expect(await (await put('{"jobsPerSecond":2.5}')).json()).toEqual({ jobsPerSecond: 2.5 });
    for (const [body, got] of [
      ['{"jobsPerSecond":21}', '21'],
      ['{"jobsPerSecond":-1}', '-1'],
      ['{"jobsPerSecond":"2"}', '"2"'],
      ['null', 'nothing'],
      ['{', 'nothing'],
    ] as const) {
      const refused = await put(body);
      expect(refused.status).toBe(400);
      expect(await refused.json()).toMatchObject({
        detail: `jobsPerSecond: got ${got}, allowed is a number from 0 to 20`,
      });
    }
    expect(traffic).toEqual({ jobsPerSecond: 2.5 });
  });

  test('starts one outage at a time, and stops it', async () => {
    const send = (method: string) =>
      fetch(`${server.url}/console/drill`, { method, headers: JSON_TYPE });

    expect((await send('POST')).status).toBe(202);
    expect((await send('POST')).status).toBe(409);
    expect((await send('DELETE')).status).toBe(204);
    expect(isDrillRunning).toBe(false);
    expect((await send('PUT')).headers.get('allow')).toBe('POST, DELETE');
  });

  test('has no faults, no traffic, no drill and no stream for a deployed stack', async () => {
    serve({ laptop: undefined });

    for (const path of ['bedrock/faults', 'traffic', 'drill', 'stream']) {
      expect((await get(`/console/${path}`)).status).toBe(404);
    }
  });

  test('forwards the requests for faults to the control of the fake, and nothing outside of it', async () => {
    const fake = await listenOnLoopback(0);
    const urls: unknown[] = [];
    fake.serve(async (request, response) => {
      urls.push([request.method, request.url, await text(request)]);
      response.writeHead(201, JSON_TYPE).end('{"ids":["1"]}');
    });
    serve({ clock: systemClock, laptop: { bedrockControlUrl: `${fake.url}/_control` } });

    const posted = await fetch(`${server.url}/console/bedrock/faults`, {
      method: 'POST',
      body: '[]',
      headers: JSON_TYPE,
    });
    const outside = await rawStatus(portOf(server), {}, '/console/bedrock/../model/x');

    expect([posted.status, await posted.json()]).toEqual([201, { ids: ['1'] }]);
    expect(outside).toBe(400);
    expect(urls).toEqual([['POST', '/_control/faults', '[]']]);
    await fake.close();
  });
});

function portOf({ url }: Loopback): number {
  return Number(new URL(url).port);
}

/** Sends headers and paths that `fetch` would change. */
function rawStatus(port: number, headers: Record<string, string>, path = '/'): Promise<number> {
  return new Promise((resolve, reject) => {
    httpRequest({ host: '127.0.0.1', port, path, headers }, (response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    })
      .on('error', reject)
      .end();
  });
}

/** Returns the events of a stream, one text for each. */
async function* eventsOf(response: Response): AsyncGenerator<string> {
  let unread = '';
  for await (const chunk of response.body ?? []) {
    unread += Buffer.from(chunk).toString();
    const events = unread.split('\n\n');
    unread = events.pop() ?? '';
    yield* events;
  }
}
