import { dynamoDbTenantRegistry } from '../../lambda/aws/tenant-table.ts';
import { tenantRegistryCases } from '../suites/tenant-registry.ts';
import { circuitTablesInProcess } from '../support/dynalite-table.ts';

const tables = circuitTablesInProcess();

tenantRegistryCases('DynamoDB', async () =>
  dynamoDbTenantRegistry(tables.client, await tables.create()),
);
