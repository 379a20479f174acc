import { afterEach, expect, test } from '@jest/globals';
import { type Loopback, listenOnLoopback } from '../../console/server/loopback.ts';

let server: Loopback | undefined;
afterEach(() => server?.close());

test('a request before the handler is set gets a 503 with retry-after, and a later one is served', async () => {
  server = await listenOnLoopback(0);

  const early = await fetch(server.url, { method: 'POST', body: 'too soon' });
  server.serve((_, response) => void response.end('served'));
  const timely = await fetch(server.url);

  expect([early.status, early.headers.get('retry-after')]).toEqual([503, '1']);
  expect(await early.json()).toEqual({ message: 'the server is starting' });
  expect(await timely.text()).toBe('served');
});
