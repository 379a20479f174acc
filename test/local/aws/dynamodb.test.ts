import {
  GetItemCommand,
  PutItemCommand,
  QueryCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startServices } from '../support/services.ts';

const TableName = 'Holdfast-Jobs';
const readOnly = {
  Effect: 'Allow',
  Action: ['dynamodb:GetItem', 'dynamodb:Query'],
  Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
};

const writeOwn = {
  Effect: 'Allow',
  Action: 'dynamodb:PutItem',
  Resource: { 'Fn::GetAtt': ['Jobs', 'Arn'] },
  Condition: { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['own'] } },
};

let services: Awaited<ReturnType<typeof startServices>>;
beforeAll(async () => {
  services = await startServices(
    {
      Jobs: {
        Type: 'AWS::DynamoDB::Table',
        Properties: {
          KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
          AttributeDefinitions: [
            { AttributeName: 'id', AttributeType: 'S' },
            { AttributeName: 'tenant', AttributeType: 'S' },
          ],
          GlobalSecondaryIndexes: [
            {
              IndexName: 'byTenant',
              KeySchema: [{ AttributeName: 'tenant', KeyType: 'HASH' }],
              Projection: { ProjectionType: 'ALL' },
            },
          ],
        },
      },
    },
    readOnly,
    writeOwn,
  );
});
afterAll(() => services.stop());

function put(id: string, more: object = {}) {
  return new PutItemCommand({ TableName, Item: { id: { S: id }, tenant: { S: 'a' } }, ...more });
}

describe('a failed condition', () => {
  const absent = { ConditionExpression: 'attribute_not_exists(id)' };
  const showItem = { ReturnValuesOnConditionCheckFailure: 'ALL_OLD' };

  test('of a put returns the item if the request asks for it', async () => {
    await services.operator.dynamodb.send(put('one'));

    await expect(
      services.operator.dynamodb.send(put('one', { ...absent, ...showItem })),
    ).rejects.toMatchObject({
      name: 'ConditionalCheckFailedException',
      Item: { id: { S: 'one' }, tenant: { S: 'a' } },
    });
  });

  test('does not return the item if the request does not ask for it', async () => {
    await services.operator.dynamodb.send(put('two'));

    const failure = await services.operator.dynamodb.send(put('two', absent)).catch((e) => e);

    expect(failure.name).toBe('ConditionalCheckFailedException');
    expect(failure.Item).toBeUndefined();
  });

  test('of an update returns the item too, and changes nothing', async () => {
    await services.operator.dynamodb.send(put('three'));
    const update = new UpdateItemCommand({
      TableName,
      Key: { id: { S: 'three' } },
      UpdateExpression: 'SET tenant = :b',
      ConditionExpression: 'tenant = :b',
      ExpressionAttributeValues: { ':b': { S: 'b' } },
      ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
    });

    await expect(services.operator.dynamodb.send(update)).rejects.toMatchObject({
      Item: { tenant: { S: 'a' } },
    });
    const { Item } = await services.operator.dynamodb.send(
      new GetItemCommand({ TableName, Key: { id: { S: 'three' } } }),
    );
    expect(Item).toMatchObject({ tenant: { S: 'a' } });
  });
});

describe('access', () => {
  test('follows the role: granted actions succeed, and others are denied', async () => {
    await expect(
      services.worker.dynamodb.send(new GetItemCommand({ TableName, Key: { id: { S: 'x' } } })),
    ).resolves.toMatchObject({ $metadata: { httpStatusCode: 200 } });

    await expect(services.worker.dynamodb.send(put('x'))).rejects.toMatchObject({
      name: 'AccessDeniedException',
      message: expect.stringContaining('dynamodb:PutItem'),
    });
  });

  test('can be restricted to a partition', async () => {
    await expect(services.worker.dynamodb.send(put('own'))).resolves.toBeDefined();
    await expect(services.worker.dynamodb.send(put('other'))).rejects.toMatchObject({
      name: 'AccessDeniedException',
    });
  });

  test('to an index is granted separately', async () => {
    const query = new QueryCommand({
      TableName,
      IndexName: 'byTenant',
      KeyConditionExpression: 'tenant = :a',
      ExpressionAttributeValues: { ':a': { S: 'a' } },
    });

    await expect(services.worker.dynamodb.send(query)).rejects.toMatchObject({
      message: expect.stringContaining('table/Holdfast-Jobs/index/byTenant'),
    });
    await expect(services.operator.dynamodb.send(query)).resolves.toBeDefined();
  });
});
