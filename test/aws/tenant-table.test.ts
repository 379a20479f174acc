import { ScanCommand } from '@aws-sdk/client-dynamodb';
import { expect, test } from '@jest/globals';
import { dynamoDbTenantRegistry } from '../../lambda/aws/tenant-table.ts';
import { CIRCUITS_TABLE } from '../../lambda/contract/keys.ts';
import { tenantRegistryCases } from '../suites/tenant-registry.ts';
import { circuitTablesInProcess } from '../support/dynalite-table.ts';
import { START } from '../support/job-builders.ts';

const tables = circuitTablesInProcess();

tenantRegistryCases('DynamoDB', async () =>
  dynamoDbTenantRegistry(tables.client, await tables.create()),
);

test('DynamoDB deletes an entry when it ends: its time to live is in seconds', async () => {
  const TableName = await tables.create();
  await dynamoDbTenantRegistry(tables.client, TableName).add('a', START + 999);

  const { Items = [] } = await tables.client.send(new ScanCommand({ TableName }));

  expect(Items[0]?.[CIRCUITS_TABLE.timeToLive]).toEqual({ N: String(START / 1000) });
});
