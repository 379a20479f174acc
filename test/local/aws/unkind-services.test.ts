import { PutItemCommand, QueryCommand } from '@aws-sdk/client-dynamodb';
import { PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetObjectCommand } from '@aws-sdk/client-s3';
import { ReceiveMessageCommand, SendMessageCommand } from '@aws-sdk/client-sqs';
import { GetParameterCommand } from '@aws-sdk/client-ssm';
import { afterEach, expect, test } from '@jest/globals';
import { always } from '../support/always-unkind.ts';
import { startUnkindServices } from '../support/services.ts';

type Services = Awaited<ReturnType<typeof startUnkindServices>>;

const started: Services[] = [];
afterEach(async () => {
  for (const each of started.splice(0)) await each.stop();
});

async function start(...[unkind, ...parts]: Parameters<typeof startUnkindServices>) {
  const services = await startUnkindServices(unkind, ...parts);
  started.push(services);
  return services;
}

const TableName = 'Holdfast-Jobs';
const Jobs = {
  Type: 'AWS::DynamoDB::Table',
  Properties: {
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    GlobalSecondaryIndexes: [
      {
        IndexName: 'byId',
        KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
        Projection: { ProjectionType: 'ALL' },
      },
    ],
  },
};

test('a short poll misses messages that a long poll finds', async () => {
  const { operator, url } = await start(always('empty-polls'), {
    Letters: { Type: 'AWS::SQS::Queue' },
  });
  const QueueUrl = `${url}/000000000000/Holdfast-Letters`;
  await operator.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: 'here' }));
  const receive = (WaitTimeSeconds?: number) =>
    operator.sqs.send(new ReceiveMessageCommand({ QueueUrl, WaitTimeSeconds }));

  expect((await receive()).Messages).toBeUndefined();
  expect((await receive(0)).Messages).toBeUndefined();
  expect((await receive(1)).Messages).toMatchObject([{ Body: 'here' }]);
});

test('a missing object is denied to a caller who may not list its bucket', async () => {
  const mayRead = { Effect: 'Allow', Action: 's3:GetObject', Resource: '*' };
  const { operator, worker, access } = await start(
    always('s3-403'),
    { Results: { Type: 'AWS::S3::Bucket' } },
    mayRead,
  );
  const get = new GetObjectCommand({ Bucket: 'holdfast-results', Key: 'absent' });

  await expect(operator.s3.send(get)).rejects.toMatchObject({ name: 'NoSuchKey' });
  await expect(worker.s3.send(get)).rejects.toMatchObject({ name: 'AccessDenied' });
  expect(access.denied()).toEqual([]);
});

test('SSM throttles its callers', async () => {
  const { operator } = await start(always('throttles'), {
    Settings: { Type: 'AWS::SSM::Parameter', Properties: { Value: '{}' } },
  });

  await expect(
    operator.ssm.send(new GetParameterCommand({ Name: 'Holdfast-Settings' })),
  ).rejects.toMatchObject({ name: 'ThrottlingException', message: 'Rate exceeded' });
});

test('the response of a conditional write is lost, but the write happened', async () => {
  const { operator } = await start(always('lost-responses'), { Jobs });
  const put = (more: object) =>
    operator.dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: 'a' } }, ...more }));
  const conditional = { ConditionExpression: 'attribute_not_exists(id)' };

  await expect(put({})).resolves.toBeDefined();
  await expect(put({ ConditionExpression: 'attribute_exists(id)' })).rejects.toThrow(
    'socket hang up',
  );
  await expect(put(conditional)).rejects.toMatchObject({ name: 'ConditionalCheckFailedException' });
});

test('an index does not show a new item at once', async () => {
  const { operator } = await start(always('lagging-index'), { Jobs });
  const query = {
    TableName,
    KeyConditionExpression: 'id = :a',
    ExpressionAttributeValues: { ':a': { S: 'a' } },
  };
  await operator.dynamodb.send(new PutItemCommand({ TableName, Item: { id: { S: 'a' } } }));

  const inTable = await operator.dynamodb.send(new QueryCommand(query));
  const inIndex = await operator.dynamodb.send(new QueryCommand({ ...query, IndexName: 'byId' }));

  expect([inTable.Count, inIndex.Count]).toEqual([1, 0]);
});

test('an event arrives twice, and after a later one', async () => {
  const { operator, events } = await start(always('duplicates'), {
    Events: { Type: 'AWS::Events::EventBus' },
  });
  const Entries = ['first', 'second'].map((name) => ({
    EventBusName: 'Holdfast-Events',
    Source: 'holdfast',
    DetailType: 'Job ended',
    Detail: JSON.stringify({ name }),
  }));

  await operator.events.send(new PutEventsCommand({ Entries }));

  const names = events().map(({ detail }) => (detail as { name: string }).name);
  expect(names).toEqual(['first', 'second', 'second', 'first']);
  expect(new Set(events().map(({ id }) => id)).size).toBe(2);
});
