import { describe, expect, test } from '@jest/globals';
import { CIRCUIT_STORE_DEFAULTS, type CircuitStorePolicy } from '../../lambda/contract/policy.ts';
import { configuredCircuitStore } from '../../lambda/stores/configured-circuit-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { RedisCircuitStore, type RedisClient } from '../../lambda/stores/redis-circuit-store.ts';
import { connectRedis } from '../../lambda/stores/redis-connection.ts';

const RECORD = { version: 1, state: 'OPEN' };

describe('the configured store', () => {
  test('is DynamoDB by default', async () => {
    const { store, dynamoDb } = aStore({});

    await store.save('a/b', RECORD, 'absent');

    expect((await dynamoDb.load('a/b')).record).toEqual(RECORD);
  });

  test('in memory belongs to this sandbox alone, for its whole life', async () => {
    const { store, dynamoDb, change } = aStore({ store: 'memory' });

    await store.save('a/b', RECORD, 'absent');
    change({ store: 'dynamodb' });
    await store.addToWindow('a/b', 1, SLOT, ONE);

    expect(await store.load('a/b')).toEqual({
      record: RECORD,
      storeTime: { earliestMs: 7, latestMs: 7 },
    });
    expect(await store.readWindow('a/b', 1, SLOT)).toHaveLength(1);
    expect((await dynamoDb.load('a/b')).record).toBeUndefined();
  });

  test('in Redis connects once, to the configured address', async () => {
    const asked: string[] = [];
    const { store } = aStore({ store: 'redis', redisUrl: 'rediss://host:6379' }, async (url) => {
      asked.push(url);
      return { eval: async () => 1 };
    });

    expect(await store.save('a/b', RECORD, 'absent')).toBe(true);
    await store.addToWindow('a/b', 1, SLOT, ONE);

    expect(asked).toEqual(['rediss://host:6379']);
  });

  test('is opened again after a failed attempt', async () => {
    let isUp = false;
    const { store } = aStore({ store: 'redis', redisUrl: 'redis://host' }, async () => {
      if (!isUp) throw new Error('no such host');
      return { eval: async () => 1 };
    });

    await expect(store.save('a/b', RECORD, 'absent')).rejects.toThrow('no such host');
    isUp = true;

    expect(await store.save('a/b', RECORD, 'absent')).toBe(true);
  });

  test('in a Redis that cannot be reached fails like a lost store', async () => {
    const client = await connectRedis('redis://127.0.0.1:1');

    await expect(new RedisCircuitStore(client).load('a/b')).rejects.toMatchObject({
      name: 'CircuitStoreError',
      applied: 'unknown',
    });
    client.disconnect();
  });
});

const SLOT = { startMs: 0, bucketMs: 1_000 };
const ONE = { success: 1, slow: 0, failures: {} };

function aStore(
  changes: Partial<CircuitStorePolicy>,
  connect?: (url: string) => Promise<RedisClient>,
) {
  let policy: CircuitStorePolicy = { ...CIRCUIT_STORE_DEFAULTS, ...changes };
  const dynamoDb = new MemoryCircuitStore(() => 0);
  const store = configuredCircuitStore({
    policy: () => policy,
    dynamoDb: () => dynamoDb,
    now: () => 7,
    ...(connect && { connect }),
  });
  const change = (later: Partial<CircuitStorePolicy>) => {
    policy = { ...CIRCUIT_STORE_DEFAULTS, ...later };
  };
  return { store, dynamoDb, change };
}
