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
