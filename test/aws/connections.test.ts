import { once } from 'node:events';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { CONNECTIONS, Thaw } from '../../lambda/aws/connections.ts';

describe('the connections of a sandbox', () => {
  const server = createServer((request, response) => {
    response.end(String(request.socket.remotePort));
  });
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => {
    CONNECTIONS.httpAgent.destroy();
    server.close();
  });

  /** Makes a request with the shared pool. Returns the client's port, which identifies the connection. */
  async function connectionOfARequest(): Promise<string> {
    const { port } = server.address() as AddressInfo;
    const request = get({ port, host: '127.0.0.1', agent: CONNECTIONS.httpAgent });
    const [response] = await once(request, 'response');
    const connection = await text(response);
    await new Promise(setImmediate);
    return connection;
  }

  test('serve the next invocation', async () => {
    const thaw = new Thaw();
    thaw.begin(0);
    const first = await connectionOfARequest();
    thaw.end(1_000);
    thaw.begin(20_999);

    expect(await connectionOfARequest()).toBe(first);
  });

  test('are replaced if the sandbox was not in use for 20 s, because they may be dead', async () => {
    const thaw = new Thaw();
    thaw.begin(0);
    const first = await connectionOfARequest();
    thaw.end(1_000);
    thaw.begin(21_000);

    expect(await connectionOfARequest()).not.toBe(first);
  });

  test('that are in use stay open', async () => {
    const thaw = new Thaw();
    thaw.end(0);
    const answer = connectionOfARequest();
    thaw.begin(60_000);

    await expect(answer).resolves.toMatch(/^\d+$/);
  });
});
