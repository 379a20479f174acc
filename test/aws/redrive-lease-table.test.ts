import { DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoDbRedriveLease } from '../../lambda/aws/redrive-lease-table.ts';
import { redriveLeaseCases } from '../suites/redrive-lease.ts';
import { type CircuitTables, serveCircuitTables } from '../support/dynalite-table.ts';
import { FakeAws, Refusal } from '../support/fake-aws.ts';
import { START } from '../support/job-builders.ts';
import { localAws } from '../support/local-aws.ts';

let tables: CircuitTables;
beforeAll(async () => {
  tables = await serveCircuitTables();
});
afterAll(() => tables.close());

redriveLeaseCases('DynamoDB', async () =>
  dynamoDbRedriveLease(tables.client, await tables.create()),
);

test('the item of the lease shows who redrives, and until when', async () => {
  const TableName = await tables.create();
  const claim = { token: 'a', holder: 'arn:aws:iam::1:user/ada', untilMs: START + 28_000 };
  await dynamoDbRedriveLease(tables.client, TableName).take(claim, START);

  const Key = { circuit: { S: 'redrive' }, item: { S: 'lease' } };
  const { Item } = await tables.client.send(new GetItemCommand({ TableName, Key }));

  expect(Item).toMatchObject({
    holder: { S: claim.holder },
    until: { S: new Date(claim.untilMs).toISOString() },
  });
});

test('a lease is not taken if the table does not answer', async () => {
  const lease = dynamoDbRedriveLease(tables.client, 'no-such-table');
  const claim = { token: 'a', holder: 'ada', untilMs: START + 1 };

  for (const request of [lease.take(claim, START), lease.end(claim)]) {
    await expect(request).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  }
});

test('a lease that was held and has just been deleted has no holder', async () => {
  const aws = await FakeAws.start();
  const client = new DynamoDBClient(localAws(aws.url));
  aws.answer(({ operation }) =>
    operation === 'PutItem' ? new Refusal('ConditionalCheckFailedException') : {},
  );

  const claim = { token: 'a', holder: 'ada', untilMs: START + 1 };
  const other = await dynamoDbRedriveLease(client, 'table').take(claim, START);
  client.destroy();
  await aws.close();

  expect(other).toEqual({ holder: '', untilMs: Number.NaN });
});
