import { afterAll, beforeAll } from '@jest/globals';
import { DynamoDbCircuitStore } from '../../lambda/stores/dynamodb-circuit-store.ts';
import { circuitVectors } from '../suites/circuit-vectors.ts';
import { type CircuitTables, serveCircuitTables } from '../support/dynalite-table.ts';

let tables: CircuitTables;
beforeAll(async () => {
  tables = await serveCircuitTables();
});
afterAll(() => tables.close());

circuitVectors(
  'DynamoDB',
  async (now) => {
    const tableName = await tables.create();
    return new DynamoDbCircuitStore(tables.client, tableName, { now });
  },
  3,
);
