import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoDbDisabledTargets } from '../../lambda/aws/disabled-targets-table.ts';
import { dynamoDbJobStore } from '../../lambda/aws/job-table.ts';
import { dynamoDbRedriveLease } from '../../lambda/aws/redrive-lease-table.ts';
import { claim } from '../../lambda/core/jobs/transitions.ts';
import { DynamoDbBucketStore } from '../../lambda/stores/dynamodb-bucket-store.ts';
import { DynamoDbCircuitStore } from '../../lambda/stores/dynamodb-circuit-store.ts';
import { FakeAws, Refusal } from '../support/fake-aws.ts';
import { JOB_ID, START } from '../support/job-builders.ts';
import { localAws } from '../support/local-aws.ts';
import { someSettings } from '../support/settings.ts';

let aws: FakeAws;
let client: DynamoDBClient;
beforeAll(async () => {
  aws = await FakeAws.start();
  client = new DynamoDBClient(localAws(aws.url));
});
afterAll(async () => {
  client.destroy();
  await aws.close();
});

const SLOT = { startMs: START, bucketMs: 1_000 };
const LEASE = { token: 'a', holder: 'ada', untilMs: START + 1_000 };
const CLAIM = claim(1, 'claim', START, someSettings());

/**
 * A read that is not consistent may miss what this worker has just written, such as its own lease.
 * The emulators have no such reads, so only the request shows the difference.
 */
test.each<[string, () => Promise<unknown>]>([
  ['a circuit', () => new DynamoDbCircuitStore(client, 'table').load('a/b')],
  [
    'the window of a circuit',
    () => new DynamoDbCircuitStore(client, 'table').readWindow('a/b', 1, SLOT),
  ],
  ['a bucket', () => new DynamoDbBucketStore(client, 'table', { now: () => START }).read(['a'])],
  ['a job', () => dynamoDbJobStore(client, 'table').get(JOB_ID)],
  [
    'a job whose row refused a write',
    () => dynamoDbJobStore(client, 'table').update(JOB_ID, CLAIM),
  ],
  ['the disabled targets', () => dynamoDbDisabledTargets(client, 'table').load()],
  ['the lease of another redrive', () => dynamoDbRedriveLease(client, 'table').take(LEASE, START)],
])('%s is read as it was last written', async (_, read) => {
  const refusal = new Refusal('ConditionalCheckFailedException');
  aws.answer(({ operation }) => (/^(Put|Update)/.test(operation) ? refusal : undefined));

  await read();

  const reads = aws.asked().filter(({ operation }) => /^(Get|Query)/.test(operation));
  expect(reads.map(({ input }) => input.ConsistentRead)).toEqual([true]);
});
