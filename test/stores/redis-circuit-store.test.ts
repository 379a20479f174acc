import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RedisCircuitStore } from '../../lambda/stores/redis-circuit-store.ts';
import { circuitCases } from '../suites/circuit-cases.ts';
import { circuitProperties, STORE_RUNS } from '../suites/circuit-properties.ts';
import { needsRedisServer, type RedisServer, startRedisServer } from '../support/redis-server.ts';

needsRedisServer('the Redis store', onServer);

function onServer(binary: string): void {
  let server: RedisServer;
  let stores = 0;
  beforeAll(async () => {
    server = await startRedisServer(binary);
  });
  afterAll(() => server.close());

  const newStore = (now?: () => number) => {
    stores++;
    return new RedisCircuitStore(server.client, {
      prefix: `test-${stores}/`,
      // The timeout is long enough that a busy machine does not look like a lost store.
      timeoutMs: 10_000,
      ...(now && { now }),
    });
  };

  circuitCases('Redis', async (now) => newStore(now), 3);
  circuitProperties('Redis', async (now) => newStore(now), STORE_RUNS);

  describe('the Redis store', () => {
    test('returns the time of the server', async () => {
      const [seconds] = await server.client.time();

      const { storeTime } = await newStore().load('a/b');

      expect(storeTime.earliestMs).toBe(storeTime.latestMs);
      expect(storeTime.earliestMs - Number(seconds) * 1_000).toBeGreaterThanOrEqual(0);
    });

    test('keeps a record as JSON that a person can read and edit', async () => {
      const store = newStore();
      await store.save('a/b', { version: 1, state: 'OPEN' }, 'absent');
      const [name = ''] = await server.client.keys(`test-${stores}/*`);

      expect(name).toMatch(/^test-\d+\/\{a\/b\}\/control$/);
      await server.client.set(name, '{ "state": "CLOSED",\n  "version": 2 }');

      expect((await store.load('a/b')).record).toEqual({ version: 2, state: 'CLOSED' });
      expect(await store.save('a/b', { version: 3 }, { version: 2 })).toBe(true);
    });

    test.each(['{ broken', '[1, {"a": null}]', '{ "version": "x",  "leases": [] }', 'false'])(
      '57. replaces the unreadable %s only while it is there',
      async (text) => {
        const store = newStore();
        await store.save('a/b', { version: 1 }, 'absent');
        const name = `test-${stores}/{a/b}/control`;
        await server.client.set(name, text);
        const { record } = await store.load('a/b');

        await server.client.set(name, '{"version":9}');
        expect(await store.save('a/b', { version: 1 }, { raw: record })).toBe(false);
        await server.client.set(name, text);
        expect(await store.save('a/b', { version: 1 }, { raw: record })).toBe(true);
      },
    );

    test('deletes old buckets, and windows two hours after their last count', async () => {
      const store = newStore();
      const one = { success: 1, slow: 0, failures: { capacity: 1 } } as const;
      const noonMs = Date.UTC(2026, 0, 15, 12);
      const name = `test-${stores}/{a/b}/window/1`;
      for (const seconds of [0, 1, 120, 121]) {
        const slot = { startMs: noonMs + seconds * 1_000, bucketMs: 1_000 };
        await store.addToWindow('a/b', 1, slot, one);
      }

      // A bucket stays for two windows, because the clocks of the workers may differ.
      expect(await server.client.hgetall(name)).toEqual({
        '2026-01-15T12:00:01.000Z success': '1',
        '2026-01-15T12:00:01.000Z capacity': '1',
        '2026-01-15T12:02:00.000Z success': '1',
        '2026-01-15T12:02:00.000Z capacity': '1',
        '2026-01-15T12:02:01.000Z success': '1',
        '2026-01-15T12:02:01.000Z capacity': '1',
      });
      const leftMs = await server.client.pttl(name);
      expect(leftMs).toBeGreaterThan(2 * 3_600_000 - 60_000);
      expect(leftMs).toBeLessThanOrEqual(2 * 3_600_000);
    });

    test('keeps the longest wait of a bucket', async () => {
      const store = newStore();
      const slot = { startMs: Date.UTC(2026, 0, 15, 12), bucketMs: 1_000 };
      for (const retryAfterMs of [500, 2_000, 1_000]) {
        await store.addToWindow('a/b', 1, slot, {
          success: 0,
          slow: 0,
          failures: {},
          retryAfterMs,
        });
      }

      expect(await store.readWindow('a/b', 1, slot)).toMatchObject([{ retryAfterMs: 2_000 }]);
    });

    test('reports that a refusal applied nothing and that a lost connection leaves it unknown', async () => {
      const refusing = new RedisCircuitStore({
        eval: () =>
          Promise.reject(new Error("OOM command not allowed when used memory > 'maxmemory'")),
      });
      const silent = new RedisCircuitStore(
        { eval: () => new Promise(() => undefined) },
        { timeoutMs: 20 },
      );

      await expect(refusing.load('a/b')).rejects.toMatchObject({
        name: 'CircuitStoreError',
        message: 'redis: OOM',
        applied: 'no',
      });
      await expect(silent.load('a/b')).rejects.toMatchObject({
        message: 'redis: no response within 20 ms',
        applied: 'unknown',
      });
    });
  });
}
