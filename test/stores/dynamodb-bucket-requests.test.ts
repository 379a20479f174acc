import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import type { BucketStore } from '../../lambda/core/admission/bucket-store.ts';
import { DynamoDbBucketStore } from '../../lambda/stores/dynamodb-bucket-store.ts';
import { type AwsEndpoint, serveAwsEndpoint, serveAwsService } from '../support/aws-service.ts';
import { START } from '../support/job-builders.ts';
import '../support/errors-of-one-realm.ts';

const TERMS = { burstMs: 5_000, patienceMs: 0 };
const HOLD = { tokens: 1 };
const USED = { hour: '2026-01-15T12', tokens: 3 };

function storeAt({ config }: AwsEndpoint, timeoutMs = 10_000): BucketStore {
  const now = () => START;
  const client = new DynamoDBClient(config);
  return new DynamoDbBucketStore(client, 'table', { now, storeNow: now, timeoutMs });
}

/** Answers each request with an error, and returns the message that the caller gets and the requests. */
async function refused(body: object, ask: (store: BucketStore) => Promise<unknown>) {
  const service = await serveAwsService(() => ({ status: 400, body }));
  const message = await ask(storeAt(service)).then(
    () => undefined,
    (error: Error) => error.message,
  );
  await service.close();
  return { message, requests: service.requests() };
}

test.each<[string, (store: BucketStore) => Promise<unknown>]>([
  ['hold', (store) => store.hold('a', HOLD, TERMS)],
  ['settlement', (store) => store.settle('a', { deltaMs: 5, used: USED })],
])('a %s of a bucket that changes again and again is tried five times', async (_, ask) => {
  const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
  const Item = { tokensSpentUntil: { N: String(START + 1) } };

  expect(await refused({ __type, Item }, ask)).toEqual({
    message: 'dynamodb: the bucket changed at every try',
    requests: 5,
  });
});

test('a hold that is denied is tried once, and named', async () => {
  const denied = { __type: 'AccessDeniedException' };

  expect(await refused(denied, (store) => store.hold('a', HOLD, TERMS))).toEqual({
    message: 'dynamodb: AccessDeniedException',
    requests: 1,
  });
});

test('a table that does not answer is given up', async () => {
  const silent = await serveAwsEndpoint(() => undefined);

  await expect(storeAt(silent, 20).read(['a'])).rejects.toThrow(/^dynamodb: /);
  await silent.close();
});

test('a number with more digits than JavaScript has can be read', async () => {
  const Item = { tokensSpentUntil: { N: '12345678901234567890' } };
  const service = await serveAwsService(() => ({ status: 200, body: { Item } }));

  const buckets = await storeAt(service).read(['a']);
  await service.close();

  expect(buckets).toEqual([{ spentUntil: { tokens: 12_345_678_901_234_567_000 } }]);
});
