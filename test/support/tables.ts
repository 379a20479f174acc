import type { CreateTableCommandInput } from '@aws-sdk/client-dynamodb';
import { CIRCUITS_TABLE, JOBS_TABLE } from '../../lambda/contract/keys.ts';

/** Returns the jobs table as the stack defines it. */
export function jobsTable(name: string): CreateTableCommandInput {
  const { partitionKey, byTenant, due } = JOBS_TABLE;
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: 'S' },
      { AttributeName: byTenant.partitionKey, AttributeType: 'S' },
      { AttributeName: byTenant.sortKey, AttributeType: 'S' },
      { AttributeName: due.partitionKey, AttributeType: 'N' },
      { AttributeName: due.sortKey, AttributeType: 'N' },
    ],
    KeySchema: [{ AttributeName: partitionKey, KeyType: 'HASH' }],
    GlobalSecondaryIndexes: [byTenant, due].map((index) => ({
      IndexName: index.name,
      KeySchema: [
        { AttributeName: index.partitionKey, KeyType: 'HASH' },
        { AttributeName: index.sortKey, KeyType: 'RANGE' },
      ],
      Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: [...index.include] },
    })),
  };
}

/** Returns the circuits table as the stack defines it. */
export function circuitsTable(name: string): CreateTableCommandInput {
  const { partitionKey, sortKey } = CIRCUITS_TABLE;
  return {
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: partitionKey, AttributeType: 'S' },
      { AttributeName: sortKey, AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: partitionKey, KeyType: 'HASH' },
      { AttributeName: sortKey, KeyType: 'RANGE' },
    ],
  };
}
