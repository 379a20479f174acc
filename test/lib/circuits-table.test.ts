import { expect, test } from '@jest/globals';
import { CIRCUITS_TABLE } from '../../lambda/contract/keys.ts';
import { aTemplate } from '../support/stack.ts';
import { propertiesOf } from '../support/template.ts';

test('the circuits table has the keys of the contract, is encrypted and can be restored', () => {
  const properties = propertiesOf(aTemplate(), 'AWS::DynamoDB::Table', 'CircuitsTable');

  expect(properties).toEqual({
    KeySchema: [
      { AttributeName: CIRCUITS_TABLE.partitionKey, KeyType: 'HASH' },
      { AttributeName: CIRCUITS_TABLE.sortKey, KeyType: 'RANGE' },
    ],
    AttributeDefinitions: [
      { AttributeName: CIRCUITS_TABLE.partitionKey, AttributeType: 'S' },
      { AttributeName: CIRCUITS_TABLE.sortKey, AttributeType: 'S' },
    ],
    BillingMode: 'PAY_PER_REQUEST',
    SSESpecification: { SSEEnabled: true },
    PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
    TimeToLiveSpecification: { AttributeName: CIRCUITS_TABLE.timeToLive, Enabled: true },
  });
});
