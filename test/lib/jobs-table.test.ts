import { describe, expect, test } from '@jest/globals';
import { JOBS_TABLE } from '../../lambda/contract/keys.ts';
import { aTemplate } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

describe('the jobs table', () => {
  const properties = propertiesOf(aTemplate(), 'AWS::DynamoDB::Table', 'JobsTable');

  test('has the key and the time to live of the contract', () => {
    expect(properties).toMatchObject({
      KeySchema: [{ AttributeName: JOBS_TABLE.partitionKey, KeyType: 'HASH' }],
      TimeToLiveSpecification: { AttributeName: JOBS_TABLE.timeToLive, Enabled: true },
    });
  });

  test.each([JOBS_TABLE.byTenant, JOBS_TABLE.due])(
    'has the index $name of the contract',
    (index) => {
      expect(properties.GlobalSecondaryIndexes).toContainEqual({
        IndexName: index.name,
        KeySchema: [
          { AttributeName: index.partitionKey, KeyType: 'HASH' },
          { AttributeName: index.sortKey, KeyType: 'RANGE' },
        ],
        Projection: { ProjectionType: 'INCLUDE', NonKeyAttributes: index.include },
      });
    },
  );

  test('stores tenants and ids as strings, and shards and times as numbers', () => {
    expect(properties.AttributeDefinitions).toEqual([
      { AttributeName: 'jobId', AttributeType: 'S' },
      { AttributeName: 'tenant', AttributeType: 'S' },
      { AttributeName: 'createdKey', AttributeType: 'S' },
      { AttributeName: 'sweepShard', AttributeType: 'N' },
      { AttributeName: 'dueAt', AttributeType: 'N' },
    ]);
  });

  test('pays per request, is encrypted and can be restored to any second', () => {
    expect(properties).toMatchObject({
      BillingMode: 'PAY_PER_REQUEST',
      SSESpecification: { SSEEnabled: true },
      PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    });
  });
});
