import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoDbDisabledTargets } from '../../lambda/aws/disabled-targets-table.ts';
import { BREAKER_DEFAULTS } from '../../lambda/contract/policy.ts';
import { DisabledTargets } from '../../lambda/core/router/disabled-targets.ts';
import { type CircuitTables, serveCircuitTables } from '../support/dynalite-table.ts';
import { SILENT } from '../support/silent-telemetry.ts';

const KEY = 'us-east-1/model';
const RECORD = {
  [KEY]: { failures: 1, jobs: ['job-1'], reason: 'AccessDeniedException', sinceMs: 1_000_000 },
};

let tables: CircuitTables;
beforeAll(async () => {
  tables = await serveCircuitTables();
});
afterAll(() => tables.close());

test('an absent record is the empty version 0', async () => {
  const store = dynamoDbDisabledTargets(tables.client, await tables.create());

  expect(await store.load()).toEqual({ version: 0, targets: {} });
});

test('a record is loaded as it was saved', async () => {
  const store = dynamoDbDisabledTargets(tables.client, await tables.create());

  expect(await store.save({ version: 1, targets: RECORD })).toBe(true);

  expect(await store.load()).toEqual({ version: 1, targets: RECORD });
});

test('of two writers that read the same version, one wins', async () => {
  const store = dynamoDbDisabledTargets(tables.client, await tables.create());
  await store.save({ version: 1, targets: {} });

  const saved = await Promise.all(
    Array.from({ length: 5 }, () => store.save({ version: 2, targets: RECORD })),
  );

  expect(saved.filter(Boolean)).toHaveLength(1);
});

test('an unreadable record disables no target and can be replaced', async () => {
  const tableName = await tables.create();
  const store = dynamoDbDisabledTargets(tables.client, tableName);
  await tables.client.send(
    new PutItemCommand({
      TableName: tableName,
      Item: {
        circuit: { S: 'targets' },
        item: { S: 'disabled' },
        version: { N: '7' },
        targets: { S: '{broken' },
      },
    }),
  );

  expect(await store.load()).toEqual({ version: 7, targets: {} });
  expect(await store.save({ version: 8, targets: RECORD })).toBe(true);
});

test('a record without a version or targets disables no target', async () => {
  const tableName = await tables.create();
  const Item = { circuit: { S: 'targets' }, item: { S: 'disabled' } };
  await tables.client.send(new PutItemCommand({ TableName: tableName, Item }));

  expect(await dynamoDbDisabledTargets(tables.client, tableName).load()).toEqual({
    version: 0,
    targets: {},
  });
});

test('a save fails with the error of DynamoDB', async () => {
  const store = dynamoDbDisabledTargets(tables.client, 'no-such-table');

  await expect(store.save({ version: 1, targets: {} })).rejects.toMatchObject({
    name: 'ResourceNotFoundException',
  });
});

test('errors that three workers saw disable the target for a fourth', async () => {
  const store = dynamoDbDisabledTargets(tables.client, await tables.create());
  const worker = () =>
    new DisabledTargets({
      store,
      policy: () => BREAKER_DEFAULTS,
      clock: { now: () => 1_000_000 },
      log: SILENT,
    });

  for (const jobId of ['a', 'b', 'c'])
    await worker().failed(KEY, { jobId: jobId, reason: 'AccessDeniedException' });

  expect(await worker().availability(KEY)).toEqual({ available: false, untilMs: 1_060_000 });
});
