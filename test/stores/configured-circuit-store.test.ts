import { describe, expect, test } from '@jest/globals';
import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import { configuredCircuitStore } from '../../lambda/stores/configured-circuit-store.ts';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { aPolicy } from '../support/fleet.ts';

const RECORD = { version: 1, state: 'OPEN' };

describe('the configured store', () => {
  test('is DynamoDB by default', async () => {
    const { store, dynamoDb } = aStore({});

    await store.save('a/b', RECORD, 'absent');

    expect((await dynamoDb.load('a/b')).record).toEqual(RECORD);
  });

  test('in memory is this sandbox’s alone, and the same for its whole life', async () => {
    const { store, dynamoDb, change } = aStore({ store: 'memory' });
    const slot = { startMs: 0, bucketMs: 1_000 };

    await store.save('a/b', RECORD, 'absent');
    change({ store: 'dynamodb' });
    await store.addToWindow('a/b', 1, slot, { success: 1, slow: 0, failures: {} });

    expect(await store.load('a/b')).toEqual({
      record: RECORD,
      storeTime: { earliestMs: 7, latestMs: 7 },
    });
    expect(await store.readWindow('a/b', 1, slot)).toHaveLength(1);
    expect((await dynamoDb.load('a/b')).record).toBeUndefined();
  });

  test('in a Redis that cannot be reached fails as a lost store does', async () => {
    const { store } = aStore({ store: 'redis', redisUrl: 'redis://127.0.0.1:1' });

    await expect(store.load('a/b')).rejects.toMatchObject({
      name: 'CircuitStoreError',
      applied: 'unknown',
    });
  });
});

function aStore(changes: Partial<BreakerPolicy>) {
  let policy = aPolicy(changes);
  const dynamoDb = new MemoryCircuitStore(() => 0);
  const store = configuredCircuitStore(
    () => policy,
    dynamoDb,
    () => 7,
  );
  const change = (later: Partial<BreakerPolicy>) => {
    policy = aPolicy(later);
  };
  return { store, dynamoDb, change };
}
