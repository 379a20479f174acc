import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoDbLifecycle } from '../../lambda/aws/lifecycle-table.ts';
import type { LifecycleRecord } from '../../lambda/core/router/lifecycle.ts';
import { type CircuitTables, serveCircuitTables } from '../support/dynalite-table.ts';

const RECORD: LifecycleRecord = {
  checkedAtMs: 1_795_435_200_000,
  targets: { 'us-east-1/model': { findings: ['legacy'], daysLeft: 12.5 } },
};

let tables: CircuitTables;
beforeAll(async () => {
  tables = await serveCircuitTables();
});
afterAll(() => tables.close());

test('there is no record before the first check', async () => {
  expect(await dynamoDbLifecycle(tables.client, await tables.create()).load()).toBeUndefined();
});

test('a record is loaded as it was saved, and the next check replaces it', async () => {
  const store = dynamoDbLifecycle(tables.client, await tables.create());
  await store.save({ checkedAtMs: 1, targets: {} });
  await store.save(RECORD);

  expect(await store.load()).toEqual(RECORD);
});

test.each([
  ['invalid JSON', { checkedAt: { S: '2026-11-23T12:00:00Z' }, targets: { S: 'x' } }],
  ['a list for a map', { checkedAt: { S: '2026-11-23T12:00:00Z' }, targets: { S: '[]' } }],
  ['no time', { targets: { S: '{}' } }],
  ['no map', { checkedAt: { S: '2026-11-23T12:00:00Z' } }],
  ['an invalid time', { checkedAt: { S: 'yesterday' }, targets: { S: '{}' } }],
])('a record with %s counts as absent', async (_what, fields) => {
  const TableName = await tables.create();
  const Item = { circuit: { S: 'targets' }, item: { S: 'lifecycle' }, ...fields };
  await tables.client.send(new PutItemCommand({ TableName, Item }));

  expect(await dynamoDbLifecycle(tables.client, TableName).load()).toBeUndefined();
});
