import { PutItemCommand } from '@aws-sdk/client-dynamodb';
import { marshall } from '@aws-sdk/util-dynamodb';
import { afterAll, describe, expect, test } from '@jest/globals';
import { DynamoDbBucketStore } from '../../lambda/stores/dynamodb-bucket-store.ts';
import { bucketStoreCases } from '../suites/bucket-store.ts';
import { circuitTablesInProcess } from '../support/dynalite-table.ts';
import { FakeClock } from '../support/fake-clock.ts';

const tables = circuitTablesInProcess();
afterAll(() => tables.close());

bucketStoreCases(
  'DynamoDB',
  async (now) =>
    new DynamoDbBucketStore(tables.client, await tables.create(), {
      now,
      storeNow: now,
      timeoutMs: 10_000,
    }),
  10,
);

const TERMS = { burstMs: 5_000, patienceMs: 0 };

describe('a worker whose clock differs from that of DynamoDB', () => {
  const dated = circuitTablesInProcess();
  afterAll(() => dated.close());
  // As in a deployment, each response shows the time. dynalite without a socket leaves it out.
  dated.client.middlewareStack.add(
    (next) => async (args) => {
      const result = await next(args);
      const { headers } = Object(result.response);
      Object.assign(headers, { date: new Date().toUTCString() });
      return result;
    },
    { step: 'deserialize', priority: 'low', name: 'dateResponse' },
  );

  test.each([-20_000, 20_000])(
    'takes its holds by that of DynamoDB: %d ms',
    async (differenceMs) => {
      const now = () => Date.now() + differenceMs;
      const table = await dated.create();
      const store = new DynamoDbBucketStore(dated.client, table, { now, timeoutMs: 10_000 });
      await store.read(['a']);
      const fromMs = Date.now();

      await store.hold('a', { tokens: 60_000 }, TERMS);

      const untilMs = (await store.read(['a']))[0]?.spentUntil.tokens ?? 0;
      // The responses show whole seconds.
      expect(untilMs - 60_000).toBeGreaterThan(fromMs - 1_001);
      expect(untilMs - 60_000).toBeLessThan(Date.now() + 1_001);
    },
  );
});

describe('a bucket in DynamoDB', () => {
  test.each([
    { tokensSpentUntil: 'soon' },
    { tokensSpentUntil: null, requestsSpentUntil: [1] },
    { tokensSpentUntil: 1.7e15 },
    { share: 0.5, shareAt: 1.7e15 },
    { 'used2026-11-28T19': 'many', usedSoon: 5 },
    { share: 'all', shareAt: 5, pausedUntil: 5, pauseMs: 5 },
    { share: 7, shareAt: 5, pausedUntil: 5, pauseMs: 5 },
    { share: 0, shareAt: 5, pausedUntil: 5, pauseMs: 5 },
    { share: 0.5, shareAt: 'noon', pausedUntil: 5, pauseMs: 5 },
    { share: 0.5, shareAt: 5, pausedUntil: 'later', pauseMs: 5 },
    { share: 0.5, shareAt: 5, pausedUntil: 5 },
  ])(
    'that somebody edited to %j is repaired by the next hold and the next correction',
    async (edit) => {
      const clock = new FakeClock();
      const table = await tables.create();
      const store = new DynamoDbBucketStore(tables.client, table, {
        now: () => clock.now(),
        storeNow: () => clock.now(),
        timeoutMs: 10_000,
      });
      const item = { circuit: 'bucket/a', item: 'control', ...edit };
      await tables.client.send(new PutItemCommand({ TableName: table, Item: marshall(item) }));

      expect((await store.hold('a', { tokens: 9_000, requests: 1 }, TERMS)).admitted).toBe(true);
      expect((await store.hold('a', { tokens: 1, requests: 1 }, TERMS)).admitted).toBe(false);
      await store.settle('a', { deltaMs: 0, used: { hour: '2026-11-28T19', tokens: 3 } });
      expect((await store.read(['a']))[0]?.usedTokens).toEqual({ '2026-11-28T19': 3 });
      expect((await store.correct('a', { windowMs: 1_000, burstMs: 0 }))?.share).toBe(0.8);
    },
  );

  test('that another worker has spent is not free for a worker that has not seen it', async () => {
    const clock = new FakeClock();
    const now = () => clock.now();
    const table = await tables.create();
    const [one, other] = [1, 2].map(
      () =>
        new DynamoDbBucketStore(tables.client, table, { now, storeNow: now, timeoutMs: 10_000 }),
    );
    await one?.hold('a', { tokens: 9_000 }, TERMS);

    expect((await other?.hold('a', { tokens: 1 }, TERMS))?.admitted).toBe(false);
  });
});
