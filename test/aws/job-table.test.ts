import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { dynamoDbJobStore } from '../../lambda/aws/job-table.ts';
import { claim } from '../../lambda/core/jobs/transitions.ts';
import { jobStoreSuite } from '../suites/job-store.ts';
import { serveAwsService } from '../support/aws-service.ts';
import { createTable, type Dynalite, startDynalite } from '../support/dynalite-table.ts';
import { aRunningJob, JOB_ID, START } from '../support/job-builders.ts';
import { localAws } from '../support/local-aws.ts';
import { someSettings } from '../support/settings.ts';
import { jobsTable } from '../support/tables.ts';

let dynalite: Dynalite;
let client: DynamoDBClient;
let tables = 0;

beforeAll(async () => {
  dynalite = await startDynalite();
  client = new DynamoDBClient(localAws(`http://127.0.0.1:${dynalite.port}`));
});

afterAll(async () => {
  client.destroy();
  await dynalite.stop();
});

// dynalite does not return the item of a failed condition, so the store reads it.
jobStoreSuite('DynamoDB', async () => {
  const name = `jobs-${tables++}`;
  await createTable(client, jobsTable(name));
  return dynamoDbJobStore(client, name);
});

describe('the job store on DynamoDB', () => {
  test('reads the row that refused a write from the error, without a second call', async () => {
    const item = { jobId: { S: JOB_ID }, claimToken: { S: 'other' } };
    const __type = 'com.amazonaws.dynamodb.v20120810#ConditionalCheckFailedException';
    const service = await serveAwsService(() => ({ status: 400, body: { __type, Item: item } }));
    const jobs = dynamoDbJobStore(new DynamoDBClient(service.config), 'jobs');

    const claimed = await jobs.update(JOB_ID, claim(1, 'claim', START, someSettings()));
    const requests = service.requests();
    await service.close();

    expect(claimed).toEqual({ applied: false, current: { jobId: JOB_ID, claimToken: 'other' } });
    expect(requests).toBe(1);
  });

  test('hands out due rows in portions that the sweeper can handle side by side', async () => {
    const Items = Array.from({ length: 120 }, () => ({ jobId: { S: JOB_ID } }));
    const service = await serveAwsService(() => ({ status: 200, body: { Items } }));
    const jobs = dynamoDbJobStore(new DynamoDBClient(service.config), 'jobs');

    const portions: number[] = [];
    for await (const rows of jobs.due(0, START, START)) portions.push(rows.length);
    await service.close();

    expect(portions).toEqual([50, 50, 20]);
    expect(service.requests()).toBe(1);
  });

  test('reads a limited part of an index for a page and returns where to continue', async () => {
    const LastEvaluatedKey = { createdKey: { S: 'a-key' }, tenant: { S: 'me' } };
    const service = await serveAwsService(() => ({
      status: 200,
      body: { Items: [], LastEvaluatedKey },
    }));
    const jobs = dynamoDbJobStore(new DynamoDBClient(service.config), 'jobs');

    const page = await jobs.list({ tenant: 'me', statuses: ['FAILED'], limit: 20 }, START);
    const requests = service.requests();
    await service.close();

    expect(page).toEqual({ jobs: [], next: 'a-key' });
    expect(requests).toBe(4);
  });

  test('searches only a limited part of a large index for running jobs', async () => {
    const LastEvaluatedKey = { jobId: { S: JOB_ID }, sweepShard: { N: '0' }, dueAt: { N: '1' } };
    const service = await serveAwsService(() => ({
      status: 200,
      body: { Items: [], LastEvaluatedKey },
    }));
    const jobs = dynamoDbJobStore(new DynamoDBClient(service.config), 'jobs');

    const running = await jobs.running(0, START, 10);
    const requests = service.requests();
    await service.close();

    expect(running).toEqual([]);
    expect(requests).toBe(4);
  });

  test('throws errors that are not a failed condition', async () => {
    const jobs = dynamoDbJobStore(client, 'no-such-table');

    await expect(jobs.create(aRunningJob(), START)).rejects.toThrow(/not found/);
    await expect(jobs.update(JOB_ID, claim(1, 'claim', START, someSettings()))).rejects.toThrow(
      /not found/,
    );
  });
});
