import type { CircuitStorePolicy } from '../contract/policy.ts';
import { type CircuitStore, CircuitStoreError } from '../core/breaker/circuit-store.ts';
import { errorName } from '../core/error-name.ts';
import { MemoryCircuitStore } from './memory-circuit-store.ts';
import { RedisCircuitStore } from './redis-circuit-store.ts';
import type { RedisClient } from './redis-client.ts';
import { connectRedis, type RedisServer } from './redis-connection.ts';
import { parseLogin, type RedisLogin } from './redis-login.ts';

interface StoreOptions {
  readonly timeoutMs: number;
}

export interface ConfiguredCircuitStoreOptions {
  readonly policy: () => CircuitStorePolicy;
  readonly dynamoDb: (options: StoreOptions) => CircuitStore;
  /** The clock of the memory store, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Returns the text of the secret with the password of Redis. */
  readonly readSecret: (secretArn: string) => Promise<string>;
  /** Connects to Redis. @default uses ioredis */
  readonly connect?: (server: RedisServer) => Promise<RedisClient>;
}

/**
 * Returns the store that the settings name. The first operation opens the store, because the
 * settings have been read by then. A sandbox keeps the store it opened first, even if the settings
 * change later. If Redis refuses the password, the next operation reads the secret again: the password
 * may have been rotated.
 */
export function configuredCircuitStore(options: ConfiguredCircuitStoreOptions): CircuitStore {
  let opened: Promise<CircuitStore> | undefined;
  const store = () => {
    if (opened) return opened;
    const forget = () => {
      if (opened === opening) opened = undefined;
    };
    const opening = open(options, forget);
    opening.catch(forget);
    opened = opening;
    return opening;
  };
  return {
    load: async (...given) => (await store()).load(...given),
    save: async (...given) => (await store()).save(...given),
    addToWindow: async (...given) => (await store()).addToWindow(...given),
    readWindow: async (...given) => (await store()).readWindow(...given),
  };
}

async function open(
  { policy, dynamoDb, now, readSecret, connect = connectRedis }: ConfiguredCircuitStoreOptions,
  onRefused: () => void,
): Promise<CircuitStore> {
  const { store, redisUrl: url = '', redisSecretArn, storeTimeoutSeconds } = policy();
  const timeoutMs = storeTimeoutSeconds * 1000;
  switch (store) {
    case 'dynamodb':
      return dynamoDb({ timeoutMs });
    case 'redis': {
      const login = redisSecretArn && (await readLogin(redisSecretArn, readSecret));
      const client = await connect({ url, onRefused, ...(login && { login }) });
      return new RedisCircuitStore(client, { timeoutMs });
    }
    case 'memory':
      return new MemoryCircuitStore(now);
    default:
      return store satisfies never;
  }
}

/** An operator sees the message of a store's error, but only the name of any other error. */
async function readLogin(
  secretArn: string,
  readSecret: ConfiguredCircuitStoreOptions['readSecret'],
): Promise<RedisLogin> {
  try {
    return parseLogin(await readSecret(secretArn));
  } catch (error) {
    const message = `redis: its secret cannot be read: ${errorName(error)}`;
    throw new CircuitStoreError(message, 'unknown', { cause: error });
  }
}
