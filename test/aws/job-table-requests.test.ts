import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { dynamoDbJobStore } from '../../lambda/aws/job-table.ts';
import type { JobStore } from '../../lambda/core/jobs/job-store.ts';
import { claim } from '../../lambda/core/jobs/transitions.ts';
import { type AwsAnswer, DENIED, FakeAws, Refusal } from '../support/fake-aws.ts';
import { aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { localAws } from '../support/local-aws.ts';
import { someSettings } from '../support/settings.ts';

const REFUSED = new Refusal('ConditionalCheckFailedException');
const CLAIM = claim(1, 'claim', START, someSettings());

let aws: FakeAws;
let client: DynamoDBClient;
let jobs: JobStore;
beforeAll(async () => {
  aws = await FakeAws.start();
  client = new DynamoDBClient({ ...localAws(aws.url), maxAttempts: 1 });
  jobs = dynamoDbJobStore(client, 'jobs');
});
afterAll(async () => {
  client.destroy();
  await aws.close();
});

/** Answers reads with no row, and each other request as given. */
function withoutRow(answer: AwsAnswer): void {
  aws.answer(({ operation }) => (operation === 'GetItem' ? {} : answer));
}

/** Answers a query with this number of rows; each page says that there are more unless it is the last. */
function pages(...rows: readonly number[]): void {
  let page = 0;
  aws.answer(() => {
    const length = rows[page] ?? 0;
    page += 1;
    const Items = Array.from({ length }, (_, i) => ({
      jobId: { S: JOB_ID },
      createdKey: { S: `key-${i}` },
    }));
    const key = { jobId: { S: JOB_ID }, createdKey: { S: 'last' } };
    return page < rows.length ? { Items, LastEvaluatedKey: key } : { Items };
  });
}

test('a write that is denied fails, and no row is read', async () => {
  withoutRow(DENIED);

  await expect(jobs.update(JOB_ID, CLAIM)).rejects.toMatchObject({ name: DENIED.name });
  await expect(jobs.create(aRunningJob(), START)).rejects.toMatchObject({ name: DENIED.name });
  expect(aws.asked('GetItem')).toEqual([]);
});

test('a new job whose row was refused and has been deleted since is tried again by the caller', async () => {
  withoutRow(REFUSED);

  await expect(jobs.create(aRunningJob(), START)).rejects.toMatchObject({ name: REFUSED.name });
});

test('due rows come in no empty portion', async () => {
  pages(100);

  const portions: number[] = [];
  for await (const rows of jobs.due(0, START, START)) portions.push(rows.length);

  expect(portions).toEqual([50, 50]);
});

test('running jobs are searched until there are enough', async () => {
  pages(10, 10, 10);

  expect(await jobs.running(0, START, 10)).toHaveLength(10);
  expect(aws.asked('Query')).toHaveLength(1);
});

test('running jobs are searched until the index ends', async () => {
  pages(1, 0);

  expect(await jobs.running(0, START, 10)).toHaveLength(1);
  expect(aws.asked('Query')).toHaveLength(2);
});

test('a list continues after the last job that it shows', async () => {
  pages(4);

  const list = await jobs.list({ tenant: 'me', limit: 3 }, START);

  expect(list.jobs).toHaveLength(3);
  expect(list.next).toBe('key-2');
});

test('a list reads one row more than it shows, and more rows at once if it leaves some out', async () => {
  pages(0);
  await jobs.list({ tenant: 'me', limit: 3 }, START);
  await jobs.list({ tenant: 'me', limit: 3, statuses: ['FAILED'] }, START);

  expect(aws.asked('Query').map(({ input }) => input.Limit)).toEqual([4, 250]);
});
