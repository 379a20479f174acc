import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RedisCircuitStore } from '../../lambda/stores/redis-circuit-store.ts';
import { connectRedis } from '../../lambda/stores/redis-connection.ts';
import { type RedisCluster, startRedisCluster } from '../support/redis-cluster.ts';
import { needsRedisServer } from '../support/redis-server.ts';

needsRedisServer('Redis in cluster mode', onCluster);

/** The keys of enough circuits that each node holds some of them. */
const KEYS = Array.from({ length: 20 }, (_, i) => `us-east-1/model-${i}`);
const SLOT = { startMs: Date.UTC(2026, 0, 15, 12), bucketMs: 1_000 };

function onCluster(binary: string): void {
  let cluster: RedisCluster;
  let client: Awaited<ReturnType<typeof connectRedis>>;
  beforeAll(async () => {
    cluster = await startRedisCluster(binary);
    client = await connectRedis({ url: cluster.url, onRefused: () => undefined });
  });
  afterAll(async () => {
    client.disconnect();
    await cluster.close();
  });

  describe('circuits in a Redis cluster', () => {
    test('are stored on the node of their hash slot', async () => {
      const store = new RedisCircuitStore(client);

      for (const key of KEYS) expect(await store.save(key, { version: 1 }, 'absent')).toBe(true);

      for (const key of KEYS) expect((await store.load(key)).record).toEqual({ version: 1 });
      const sizes = await Promise.all(cluster.nodes.map((node) => node.dbsize()));
      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(KEYS.length);
      for (const size of sizes) expect(size).toBeGreaterThan(0);
    });

    test('54. canary: 50 concurrent additions add up to 50, and 50 claims of one version have one winner', async () => {
      const store = new RedisCircuitStore(client, { prefix: 'canary/' });
      const fifty = Array.from({ length: 50 }, (_, i) => i);
      const one = { success: 1, slow: 0, failures: { fault: 1 } } as const;

      await Promise.all(fifty.map(() => store.addToWindow('a/b', 7, SLOT, one)));
      const wins = await Promise.all(
        fifty.map((i) => store.save('a/b', { version: 1, state: `by ${i}` }, 'absent')),
      );

      expect(await store.readWindow('a/b', 7, SLOT)).toMatchObject([
        { success: 50, failures: { fault: 50 } },
      ]);
      expect(wins.filter(Boolean)).toHaveLength(1);
    });

    test('cannot be reached by a client without cluster mode', async () => {
      const [node] = cluster.nodes;
      const store = new RedisCircuitStore(node ?? client);

      const loads = await Promise.allSettled(KEYS.map((key) => store.load(key)));

      const reasons = loads.flatMap((load) => (load.status === 'rejected' ? [load.reason] : []));
      expect(reasons.length).toBeGreaterThan(0);
      for (const reason of reasons) {
        expect(reason).toMatchObject({ message: 'redis: MOVED', applied: 'no' });
      }
    });

    test('fail at once, without being sent, while no server answers', async () => {
      await expect(
        connectRedis({ url: 'redis://127.0.0.1:1?cluster=true', onRefused: () => undefined }),
      ).rejects.toThrow(/None of startup nodes is available/);
    });
  });
}
