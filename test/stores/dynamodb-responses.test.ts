import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { DynamoDbCircuitStore } from '../../lambda/stores/dynamodb-circuit-store.ts';
import '../support/errors-of-one-realm.ts';

let server: Server | undefined;
let client: DynamoDBClient | undefined;
afterEach(async () => {
  client?.destroy();
  server?.closeAllConnections();
  server?.close();
  if (server) await once(server, 'close');
});

describe('the responses of DynamoDB', () => {
  test('give its clock to the second', async () => {
    const store = await storeWithServer((_request, response) => {
      response.setHeader('Date', 'Thu, 15 Jan 2026 12:00:00 GMT');
      response.end('{}');
    });

    const { storeTime } = await store.load('a/b');

    const earliestMs = Date.UTC(2026, 0, 15, 12);
    expect(storeTime).toEqual({ earliestMs, latestMs: earliestMs + 999 });
  });

  test('say nothing about the clock if they have no date', async () => {
    const store = await storeWithServer((_request, response) => {
      response.sendDate = false;
      response.end('{}');
    });

    const { storeTime } = await store.load('a/b');

    expect(storeTime).toEqual({ earliestMs: -Infinity, latestMs: Infinity });
  });

  test('may hold a number with more digits than JavaScript keeps', async () => {
    const store = await storeWithServer((_request, response) => {
      response.end('{"Item":{"version":{"N":"12345678901234567890"}}}');
    });

    expect((await store.load('a/b')).record).toEqual({ version: 12_345_678_901_234_567_000 });
  });

  test.each([
    'ProvisionedThroughputExceededException',
    'RequestLimitExceeded',
    'ThrottlingException',
  ])('that throttle a write with %s say that nothing was applied', async (name) => {
    const store = await storeWithServer((_request, response) => {
      response.statusCode = 400;
      response.end(`{"__type":"com.amazonaws#${name}"}`);
    });

    await expect(store.load('a/b')).rejects.toMatchObject({
      name: 'CircuitStoreError',
      applied: 'no',
      message: `dynamodb: ${name}`,
    });
  });

  test('that do not arrive in time leave it unknown whether the write was applied', async () => {
    const limits = jest.spyOn(AbortSignal, 'timeout');
    const store = await storeWithServer(() => undefined, 50);

    await expect(store.save('a/b', { version: 1 }, 'absent')).rejects.toMatchObject({
      name: 'CircuitStoreError',
      applied: 'unknown',
    });
    expect(limits).toHaveBeenCalledWith(50);
    limits.mockRestore();
  });
});

describe('the requests to DynamoDB', () => {
  test('of a worker add its counts to one of four items, drawn at random', async () => {
    const random = jest.spyOn(Math, 'random').mockReturnValue(0.99);
    let body = '';
    const store = await storeWithServer(async (request, response) => {
      for await (const chunk of request) body += chunk;
      response.end('{}');
    });
    random.mockRestore();

    const slot = { startMs: Date.UTC(2026, 0, 15, 12), bucketMs: 1_000 };
    await store.addToWindow('a/b', 7, slot, { success: 1, slow: 0, failures: {} });

    expect(JSON.parse(body).Key).toEqual({
      circuit: { S: 'a/b' },
      item: { S: 'window/7/2026-01-15T12:00:00.000Z/3' },
    });
  });
});

async function storeWithServer(
  respond: RequestListener,
  timeoutMs = 4_000,
): Promise<DynamoDbCircuitStore> {
  server = createServer(respond);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  client = new DynamoDBClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    maxAttempts: 1,
  });
  return new DynamoDbCircuitStore(client, 'circuits', { timeoutMs });
}
