import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoDbAppliedQuotas } from '../../lambda/aws/applied-quotas-table.ts';
import type { AppliedQuotas } from '../../lambda/contract/quotas.ts';
import { type CircuitTables, serveCircuitTables } from '../support/dynalite-table.ts';

const QUOTAS: AppliedQuotas = {
  checkedAtMs: 1_795_435_200_000,
  limits: { 'us-east-1/geo/model': { tokensPerMinute: 200_000, requestsPerMinute: 4 } },
  tokensPerDay: { 'us-east-1': 700_000_000 },
  withoutAccess: ['us-east-1/global/other'],
};

const NONE: AppliedQuotas = { checkedAtMs: 1, limits: {}, tokensPerDay: {}, withoutAccess: [] };
const checkedAt = '2026-11-23T12:00:00.000Z';

let tables: CircuitTables;
beforeAll(async () => {
  tables = await serveCircuitTables();
});
afterAll(() => tables.close());

test('there are no quotas before the first check', async () => {
  expect(await dynamoDbAppliedQuotas(tables.client, await tables.create()).load()).toBeUndefined();
});

test('quotas are loaded as they were saved, and the next check replaces them', async () => {
  const store = dynamoDbAppliedQuotas(tables.client, await tables.create());
  await store.save(QUOTAS);
  expect(await store.load()).toEqual(QUOTAS);

  await store.save(NONE);
  expect(await store.load()).toEqual(NONE);
});

/** Loads an item that somebody edited. */
async function loadEdited(fields: Readonly<Record<string, string>>) {
  const TableName = await tables.create();
  const texts = Object.entries(fields);
  const Item = {
    circuit: { S: 'targets' },
    item: { S: 'quotas' },
    ...Object.fromEntries(texts.map(([name, S]) => [name, { S }])),
  };
  await tables.client.send(new PutItemCommand({ TableName, Item }));
  return dynamoDbAppliedQuotas(tables.client, TableName).load();
}

test('a record with an invalid time counts as absent', async () => {
  expect(await loadEdited({ checkedAt: 'yesterday', limits: '{}' })).toBeUndefined();
  expect(await loadEdited({ limits: '{}' })).toBeUndefined();
});

test('a record with nothing but its time has no quotas', async () => {
  expect(await loadEdited({ checkedAt })).toEqual({ ...NONE, checkedAtMs: Date.parse(checkedAt) });
});

test.each([
  ...['x', '[]', '{"a":null}', '{"a":5}', '{"a":{}}', '{"a":{"tokensPerMinute":-1}}'],
  ...['{"a":{"tokensPerMinute":0}}', '{"a":{"tokensPerMinute":1e999}}'],
])('limits that read %s limit nothing', async (limits) => {
  expect((await loadEdited({ checkedAt, limits }))?.limits).toEqual({});
});

test('of edited limits, those that are positive numbers stay in force', async () => {
  const limits = JSON.stringify({
    a: { tokensPerMinute: 0, requestsPerMinute: 5 },
    b: { tokensPerMinute: '7' },
  });
  const tokensPerDay = '{"us-east-1":-5,"us-west-2":9}';

  expect(await loadEdited({ checkedAt, limits, tokensPerDay })).toEqual({
    checkedAtMs: Date.parse(checkedAt),
    limits: { a: { requestsPerMinute: 5 } },
    tokensPerDay: { 'us-west-2': 9 },
    withoutAccess: [],
  });
});
