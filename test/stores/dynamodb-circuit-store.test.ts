import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, expect, test } from '@jest/globals';
import { DynamoDbCircuitStore } from '../../lambda/stores/dynamodb-circuit-store.ts';
import { circuitCases } from '../suites/circuit-cases.ts';
import { circuitProperties, STORE_RUNS } from '../suites/circuit-properties.ts';
import { circuitTablesInProcess } from '../support/dynalite-table.ts';

const tables = circuitTablesInProcess();
afterAll(() => tables.close());

/** The store's timeout, long enough that a busy machine does not look like a lost store. */
const timeoutMs = 10_000;
const openStore = async (now: () => number) =>
  new DynamoDbCircuitStore(tables.client, await tables.create(), { now, timeoutMs });

circuitCases('DynamoDB', openStore, 3);
circuitProperties('DynamoDB', openStore, STORE_RUNS);

test('the parts of a bucket in several shards are read as one', async () => {
  const tableName = await tables.create();
  const slot = { startMs: Date.UTC(2026, 0, 15, 12), bucketMs: 1_000 };
  const counts = { success: 2, slow: 1, failures: { fault: 1 }, retryAfterMs: 500 };
  const workers = Array.from(
    { length: 20 },
    (_, i) => new DynamoDbCircuitStore(tables.client, tableName, { shard: i % 4 }),
  );

  await Promise.all(workers.map((store) => store.addToWindow('a/b', 1, slot, counts)));

  expect(await workers[0]?.readWindow('a/b', 1, slot)).toEqual([
    { startMs: slot.startMs, success: 40, slow: 20, failures: { fault: 20 }, retryAfterMs: 500 },
  ]);
});

test('an unreadable record is replaced only if no other field has been added to it', async () => {
  const store = new DynamoDbCircuitStore(tables.client, await tables.create(), { timeoutMs });
  await store.save('a/b', { version: 1, state: 'OPEN' }, 'absent');

  const next = { version: 2, state: 'CLOSED' };
  expect(await store.save('a/b', next, { raw: { version: 1 } })).toBe(false);
  expect(await store.save('a/b', next, { raw: { version: 1, state: 'OPEN' } })).toBe(true);
});

test('an unreadable record with a set and bytes is replaced only while it is the same', async () => {
  const TableName = await tables.create();
  const store = new DynamoDbCircuitStore(tables.client, TableName, { timeoutMs });
  const foreign = (tag: string) => ({
    circuit: { S: 'a/b' },
    item: { S: 'control' },
    tags: { SS: [tag] },
    bytes: { B: new Uint8Array([1, 2]) },
  });
  await tables.client.send(new PutItemCommand({ TableName, Item: foreign('one') }));
  const { record } = await store.load('a/b');

  await tables.client.send(new PutItemCommand({ TableName, Item: foreign('two') }));
  expect(await store.save('a/b', { version: 1 }, { raw: record })).toBe(false);
  await tables.client.send(new PutItemCommand({ TableName, Item: foreign('one') }));
  expect(await store.save('a/b', { version: 1 }, { raw: record })).toBe(true);
});
