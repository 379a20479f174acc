import type { BreakerPolicy } from '../contract/policy.ts';
import type { CircuitStore } from '../core/breaker/circuit-store.ts';
import { MemoryCircuitStore } from './memory-circuit-store.ts';
import { RedisCircuitStore, type RedisClient } from './redis-circuit-store.ts';
import { connectRedis } from './redis-connection.ts';

export interface ConfiguredCircuitStoreOptions {
  readonly policy: () => BreakerPolicy;
  readonly dynamoDb: CircuitStore;
  /** The clock of a store in memory, in milliseconds since the epoch. */
  readonly now: () => number;
  /** @default by ioredis */
  readonly connect?: (redisUrl: string) => Promise<RedisClient>;
}

/**
 * The store that the settings name. It is opened with the first operation, as the settings are read
 * by then; what a sandbox opened it keeps, whatever they say later.
 */
export function configuredCircuitStore(options: ConfiguredCircuitStoreOptions): CircuitStore {
  let opened: Promise<CircuitStore> | undefined;
  const store = () => {
    opened ??= open(options).catch((error: unknown) => {
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

async function open(options: ConfiguredCircuitStoreOptions): Promise<CircuitStore> {
  const { policy, dynamoDb, now, connect = connectRedis } = options;
  const { store, redisUrl = '' } = policy();
  switch (store) {
    case 'dynamodb':
      return dynamoDb;
    case 'redis':
      return new RedisCircuitStore(await connect(redisUrl));
    case 'memory':
      return new MemoryCircuitStore(now);
    default:
      return store satisfies never;
  }
}
