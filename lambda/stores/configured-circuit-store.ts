import type { BreakerPolicy } from '../contract/policy.ts';
import type { CircuitStore } from '../core/breaker/circuit-store.ts';
import { MemoryCircuitStore } from './memory-circuit-store.ts';
import { RedisCircuitStore } from './redis-circuit-store.ts';

/**
 * The store that the settings name. It is opened with the first operation, as the settings are read
 * by then; what a sandbox opened it keeps, whatever they say later. `now` is for the memory store.
 */
export function configuredCircuitStore(
  policy: () => BreakerPolicy,
  dynamoDb: CircuitStore,
  now: () => number,
): CircuitStore {
  let opened: Promise<CircuitStore> | undefined;
  const store = () => {
    opened ??= open(policy(), dynamoDb, now).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };
  return {
    load: async (...given) => (await store()).load(...given),
    save: async (...given) => (await store()).save(...given),
    addToWindow: async (...given) => (await store()).addToWindow(...given),
    readWindow: async (...given) => (await store()).readWindow(...given),
  };
}

async function open(
  policy: BreakerPolicy,
  dynamoDb: CircuitStore,
  now: () => number,
): Promise<CircuitStore> {
  switch (policy.store) {
    case 'dynamodb':
      return dynamoDb;
    case 'redis':
      return openRedis(policy.redisUrl ?? '');
    case 'memory':
      return new MemoryCircuitStore(now);
    default:
      return policy.store satisfies never;
  }
}

/** The client is loaded only here: no other sandbox pays for it. */
async function openRedis(url: string): Promise<CircuitStore> {
  const { Redis } = await import('ioredis');
  const client = new Redis(url, {
    connectTimeout: 1_000,
    // What waits for a connection fails with it, and is not sent when nobody waits for it any more.
    maxRetriesPerRequest: 0,
    autoResendUnfulfilledCommands: false,
  });
  // Each operation tells of its own failure; without a listener the client prints all of them.
  client.on('error', () => undefined);
  return new RedisCircuitStore(client);
}
