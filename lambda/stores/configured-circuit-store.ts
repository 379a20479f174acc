import type { CircuitStorePolicy } from '../contract/policy.ts';
import type { CircuitStore } from '../core/breaker/circuit-store.ts';
import { MemoryCircuitStore } from './memory-circuit-store.ts';
import { RedisCircuitStore, type RedisClient } from './redis-circuit-store.ts';
import { connectRedis } from './redis-connection.ts';

interface StoreOptions {
  readonly timeoutMs: number;
}

export interface ConfiguredCircuitStoreOptions {
  readonly policy: () => CircuitStorePolicy;
  readonly dynamoDb: (options: StoreOptions) => CircuitStore;
  /** The clock of the memory store, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Connects to Redis. @default uses ioredis */
  readonly connect?: (redisUrl: string) => Promise<RedisClient>;
}

/**
 * Returns the store that the settings name. The first operation opens the store, because the
 * settings have been read by then. A sandbox keeps the store it opened first, even if the settings
 * change later.
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
  const { store, redisUrl = '', storeTimeoutSeconds } = policy();
  const timeoutMs = storeTimeoutSeconds * 1000;
  switch (store) {
    case 'dynamodb':
      return dynamoDb({ timeoutMs });
    case 'redis':
      return new RedisCircuitStore(await connect(redisUrl), { timeoutMs });
    case 'memory':
      return new MemoryCircuitStore(now);
    default:
      return store satisfies never;
  }
}
