import { describe, expect, test } from '@jest/globals';
import { CIRCUIT_STORE_DEFAULTS, type CircuitStorePolicy } from '../../lambda/contract/policy.ts';
import { configuredStores } from '../../lambda/stores/configured-stores.ts';
import { MemoryBucketStore } from '../../lambda/stores/memory-bucket-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { RedisCircuitStore } from '../../lambda/stores/redis-circuit-store.ts';
import type { RedisClient } from '../../lambda/stores/redis-client.ts';
import { connectRedis, type RedisServer } from '../../lambda/stores/redis-connection.ts';

const SECRET_ARN = 'arn:aws:secretsmanager:us-east-1:123456789012:secret:redis-AbCdEf';
const RECORD = { version: 1, state: 'OPEN' };

describe('the configured store', () => {
  test('is DynamoDB by default, with the time limit of the settings', async () => {
    const { store, dynamoDb, opened } = aStore({ storeTimeoutSeconds: 0.2 });

    await store.save('a/b', RECORD, 'absent');

    expect((await dynamoDb.load('a/b')).record).toEqual(RECORD);
    expect(opened).toEqual([{ timeoutMs: 200 }]);
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
    const asked: RedisServer[] = [];
    const redis = { store: 'redis', redisUrl: 'rediss://host:6379' } as const;
    const { store } = aStore(redis, async (server) => {
      asked.push(server);
      return { eval: async () => 1 };
    });

    expect(await store.save('a/b', RECORD, 'absent')).toBe(true);
    await store.addToWindow('a/b', 1, SLOT, ONE);

    expect(asked).toEqual([{ url: 'rediss://host:6379', onRefused: expect.any(Function) }]);
  });

  test('in Redis has the time limit of the settings', async () => {
    const redis = { store: 'redis', redisUrl: 'redis://host', storeTimeoutSeconds: 0.02 } as const;
    const silent = { eval: () => new Promise(() => undefined) };
    const { store, buckets } = aStore(redis, async () => silent);

    await expect(store.load('a/b')).rejects.toThrow('redis: no response within 20 ms');
    await expect(buckets.read(['a'])).rejects.toThrow('redis: no response within 20 ms');
  });

  test('in Redis connects with the secret’s password, and reads it again when it is refused', async () => {
    const servers: RedisServer[] = [];
    const secrets = ['one', '{"username":"app","password":"two"}'];
    const { store } = aStore(
      { store: 'redis', redisUrl: 'rediss://host:6379', redisSecretArn: SECRET_ARN },
      async (server) => {
        servers.push(server);
        return { eval: async () => 1 };
      },
      async (arn) => (arn === SECRET_ARN && secrets.shift()) || 'another secret',
    );
    await store.save('a/b', RECORD, 'absent');
    await store.save('a/b', RECORD, 'absent');
    const [first] = servers;

    first?.onRefused?.();
    await store.save('a/b', RECORD, 'absent');
    // The first connection may report its end only now; the second one must stay.
    first?.onRefused?.();
    await store.save('a/b', RECORD, 'absent');

    expect(servers.map(({ login }) => login)).toEqual([
      { password: 'one' },
      { username: 'app', password: 'two' },
    ]);
  });

  test('is opened again if the secret could not be read', async () => {
    let isUp = false;
    const { store } = aStore(
      { store: 'redis', redisUrl: 'rediss://host:6379', redisSecretArn: SECRET_ARN },
      async () => ({ eval: async () => 1 }),
      async () => {
        if (isUp) return 'one';
        throw Object.assign(new Error('text of AWS'), { name: 'ThrottlingException' });
      },
    );

    await expect(store.save('a/b', RECORD, 'absent')).rejects.toMatchObject({
      name: 'CircuitStoreError',
      message: 'redis: its secret cannot be read: ThrottlingException',
      applied: 'unknown',
      cause: { name: 'ThrottlingException' },
    });
    isUp = true;

    expect(await store.save('a/b', RECORD, 'absent')).toBe(true);
  });

  test('holds the buckets of quotas beside the circuits', async () => {
    const { store, buckets, opened } = aStore({});
    const terms = { burstMs: 1_000, patienceMs: 0 };

    await store.load('a/b');
    expect(await buckets.hold('a', { tokens: 5_000 }, terms)).toMatchObject({ admitted: true });
    expect(await buckets.hold('a', { tokens: 5_000 }, terms)).toMatchObject({ waitMs: 4_001 });
    await buckets.settle('a', { deltaMs: -4_500 });
    expect(await buckets.correct('a', { windowMs: 1_000, burstMs: 0 })).toMatchObject({
      share: 0.8,
    });
    expect(await buckets.read(['a'])).toMatchObject([
      { spentUntil: { tokens: expect.closeTo(500 + 1000 / 24) } },
    ]);

    expect(opened).toHaveLength(1);
  });

  test('reports to the quotas that it cannot be opened', async () => {
    const { buckets } = aStore({ store: 'redis', redisUrl: 'redis://host:6379' }, () =>
      Promise.reject(new Error('no route')),
    );

    await expect(buckets.read(['a'])).rejects.toMatchObject({
      name: 'BucketStoreError',
      cause: { message: 'no route' },
    });
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
    const client = await connectRedis({ url: 'redis://127.0.0.1:1', onRefused: () => undefined });

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
  connect?: (server: RedisServer) => Promise<RedisClient>,
  readSecret: (arn: string) => Promise<string> = () => Promise.reject(new Error('no secret')),
) {
  let policy: CircuitStorePolicy = { ...CIRCUIT_STORE_DEFAULTS, ...changes };
  const dynamoDb = new MemoryCircuitStore(() => 0);
  const opened: { readonly timeoutMs: number }[] = [];
  const { circuits: store, buckets } = configuredStores({
    policy: () => policy,
    dynamoDb: (options) => {
      opened.push(options);
      return { circuits: dynamoDb, buckets: new MemoryBucketStore(() => 0) };
    },
    now: () => 7,
    readSecret,
    ...(connect && { connect }),
  });
  const change = (later: Partial<CircuitStorePolicy>) => {
    policy = { ...CIRCUIT_STORE_DEFAULTS, ...later };
  };
  return { store, buckets, dynamoDb, opened, change };
}
