import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { BucketStoreError } from '../../lambda/core/admission/bucket-store.ts';
import { RedisBucketStore } from '../../lambda/stores/redis-bucket-store.ts';
import { bucketStoreCases } from '../suites/bucket-store.ts';
import { needsRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.ts';

const TERMS = { burstMs: 5_000, patienceMs: 0 };

needsRedisServer('the buckets in Redis', onServer);

function onServer(binary: string): void {
  let server: RedisServer;
  let stores = 0;
  beforeAll(async () => {
    server = await startRedisServer(binary);
  });
  afterAll(() => server.close());

  const newStore = (now?: () => number) => {
    stores++;
    const prefix = `test-${stores}/`;
    return new RedisBucketStore(server.client, { prefix, timeoutMs: 10_000, ...(now && { now }) });
  };

  bucketStoreCases('Redis', async (now) => newStore(now), 50);

  describe('a bucket in Redis', () => {
    test('goes by the time of the server', async () => {
      const store = newStore();
      const [seconds] = await server.client.time();

      await store.hold('a', { tokens: 60_000 }, TERMS);

      const [bucket] = await store.read(['a']);
      const aheadMs = (bucket?.spentUntil.tokens ?? 0) - Number(seconds) * 1_000;
      expect(aheadMs).toBeGreaterThanOrEqual(60_000);
      expect(aheadMs).toBeLessThan(70_000);
    });

    test.each([
      { tokensSpentUntil: 'soon' },
      { tokensSpentUntil: 'inf', requestsSpentUntil: '' },
      { tokensSpentUntil: '1.7e15' },
      { share: '0.5', shareAt: '1.7e15' },
      { 'used2026-11-28T19': 'many', usedSoon: 5 },
      { share: 'all', shareAt: '5', pausedUntil: '5', pauseMs: '5' },
      { share: '7', shareAt: '5', pausedUntil: '5', pauseMs: '5' },
      { share: '0.5', shareAt: 'noon', pausedUntil: '5', pauseMs: '5' },
      { share: '0.5', shareAt: '5', pausedUntil: 'later', pauseMs: '5' },
      { share: '0.5', shareAt: '5', pausedUntil: '5' },
    ])('that somebody edited to %j is repaired by the next hold and correction', async (edit) => {
      const store = newStore(() => 1_000_000);
      await server.client.hset(`test-${stores}/{bucket/a}`, edit);

      expect((await store.hold('a', { tokens: 9_000, requests: 1 }, TERMS)).admitted).toBe(true);
      expect((await store.hold('a', { tokens: 1, requests: 1 }, TERMS)).admitted).toBe(false);
      await store.settle('a', { deltaMs: 0, used: { hour: '2026-11-28T19', tokens: 3 } });
      expect((await store.read(['a']))[0]?.usedTokens).toEqual({ '2026-11-28T19': 3 });
      expect((await store.correct('a', { windowMs: 1_000, burstMs: 0 }))?.share).toBe(0.8);
    });

    test('reports a server that is gone without its key', async () => {
      const store = new RedisBucketStore({ eval: () => Promise.reject(new Error('secret')) });

      const failure = store.hold('a', { tokens: 1 }, TERMS);

      await expect(failure).rejects.toBeInstanceOf(BucketStoreError);
      await expect(failure).rejects.toThrow('redis: Error');
    });
  });
}
