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

  const none = { checkedAtMs: 1, limits: {}, tokensPerDay: {}, withoutAccess: [] };
  await store.save(none);
  expect(await store.load()).toEqual(none);
});

/** Loads an item that somebody edited. */
async function loadEdited(fields: Readonly<Record<string, string>>) {
  const TableName = await tables.create();
  const texts = Object.entries({ checkedAt: '2026-11-23T12:00:00Z', ...fields });
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
});

test.each(['x', '[]', '{"a":null}', '{"a":5}', '{"a":{"tokensPerMinute":-1}}', '{"a":{}}'])(
  'limits that read %s limit nothing',
  async (limits) => {
    expect(await loadEdited({ limits })).toMatchObject({ limits: {}, tokensPerDay: {} });
  },
);

test('of edited limits, those that are positive numbers stay in force', async () => {
  const limits = JSON.stringify({
    a: { tokensPerMinute: 0, requestsPerMinute: 5 },
    b: { tokensPerMinute: '7' },
  });
  const tokensPerDay = '{"us-east-1":-5,"us-west-2":9}';

  expect(await loadEdited({ limits, tokensPerDay })).toMatchObject({
    limits: { a: { requestsPerMinute: 5 } },
    tokensPerDay: { 'us-west-2': 9 },
  });
});
