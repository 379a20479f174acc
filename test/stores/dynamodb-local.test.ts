import { afterAll, beforeAll, test } from '@jest/globals';
import { DynamoDbCircuitStore } from '../../lambda/stores/dynamodb-circuit-store.ts';
import { circuitCases } from '../suites/circuit-cases.ts';
import type { CircuitTables } from '../support/dynalite-table.ts';
import { serveDynamoDbLocal } from '../support/dynamodb-local.ts';

const folder = process.env.HOLDFAST_DYNAMODB_LOCAL;

if (folder) {
  let tables: CircuitTables;
  beforeAll(async () => {
    tables = await serveDynamoDbLocal(folder);
  }, 40_000);
  afterAll(() => tables.close());

  const openStore = async (now: () => number) =>
    new DynamoDbCircuitStore(tables.client, await tables.create(), { now, timeoutMs: 10_000 });
  circuitCases('DynamoDB Local', openStore, 3);
} else {
  const onRequest = test.skip;
  onRequest('DynamoDB Local: .ci/fetch-dynamodb-local, then set HOLDFAST_DYNAMODB_LOCAL', () => {});
}
