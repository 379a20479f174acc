import type { BreakerPolicy } from '../contract/policy.ts';
import type { CircuitStore } from '../core/breaker/circuit-store.ts';
import { MemoryCircuitStore } from './memory-circuit-store.ts';
import { RedisCircuitStore, type RedisClient } from './redis-circuit-store.ts';
import { connectRedis } from './redis-connection.ts';

interface StoreOptions {
  readonly timeoutMs: number;
}

export interface ConfiguredCircuitStoreOptions {
  readonly policy: () => BreakerPolicy;
  readonly dynamoDb: (options: StoreOptions) => CircuitStore;
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
