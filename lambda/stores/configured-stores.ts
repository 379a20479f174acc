import type { CircuitStorePolicy } from '../contract/policy.ts';
import { type BucketStore, BucketStoreError } from '../core/admission/bucket-store.ts';
import { type CircuitStore, CircuitStoreError } from '../core/breaker/circuit-store.ts';
import { errorName } from '../core/error-name.ts';
import { MemoryBucketStore } from './memory-bucket-store.ts';
import { MemoryCircuitStore } from './memory-circuit-store.ts';
import { RedisBucketStore } from './redis-bucket-store.ts';
import { RedisCircuitStore } from './redis-circuit-store.ts';
import type { RedisClient } from './redis-client.ts';
import { connectRedis, type RedisServer } from './redis-connection.ts';
import { parseLogin, type RedisLogin } from './redis-login.ts';

interface StoreOptions {
  readonly timeoutMs: number;
}

export interface ConfiguredStoresOptions {
  readonly policy: () => CircuitStorePolicy;
  readonly dynamoDb: (options: StoreOptions) => SharedStores;
  /** The clock of the memory stores, in milliseconds since the Unix epoch. */
  readonly now: () => number;
  /** Returns the text of the secret with the password of Redis. */
  readonly readSecret: (secretArn: string) => Promise<string>;
  /** Connects to Redis. @default uses ioredis */
  readonly connect?: (server: RedisServer) => Promise<RedisClient>;
}

/** What all workers share: their circuits, and the buckets of Bedrock's quotas. */
export interface SharedStores {
  readonly circuits: CircuitStore;
  readonly buckets: BucketStore;
}

/**
 * Returns the stores that the settings name. The first operation opens them, because the settings have
 * been read by then. A sandbox keeps the stores it opened first, even if the settings change later. If
 * Redis refuses the password, the next operation reads the secret again: the password may have been
 * rotated.
 */
export function configuredStores(options: ConfiguredStoresOptions): SharedStores {
  let opened: Promise<SharedStores> | undefined;
  const stores = () => {
    if (opened) return opened;
    const forget = () => {
      if (opened === opening) opened = undefined;
    };
    const opening = open(options, forget);
    opening.catch(forget);
    opened = opening;
    return opening;
  };
  const circuits = async () => (await stores()).circuits;
  const buckets = async () => (await stores().catch(asBucketStoreError)).buckets;
  return {
    circuits: {
      load: async (...given) => (await circuits()).load(...given),
      save: async (...given) => (await circuits()).save(...given),
      addToWindow: async (...given) => (await circuits()).addToWindow(...given),
      readWindow: async (...given) => (await circuits()).readWindow(...given),
    },
    buckets: {
      hold: async (...given) => (await buckets()).hold(...given),
      settle: async (...given) => (await buckets()).settle(...given),
      correct: async (...given) => (await buckets()).correct(...given),
      read: async (...given) => (await buckets()).read(...given),
    },
  };
}

function asBucketStoreError(error: unknown): never {
  const message = error instanceof CircuitStoreError ? error.message : errorName(error);
  throw new BucketStoreError(message, { cause: error });
}

async function open(
  { policy, dynamoDb, now, readSecret, connect = connectRedis }: ConfiguredStoresOptions,
  onRefused: () => void,
): Promise<SharedStores> {
  const { store, redisUrl: url = '', redisSecretArn, storeTimeoutSeconds } = policy();
  const timeoutMs = storeTimeoutSeconds * 1000;
  switch (store) {
    case 'dynamodb':
      return dynamoDb({ timeoutMs });
    case 'redis': {
      const login = redisSecretArn && (await readLogin(redisSecretArn, readSecret));
      const client = await connect({ url, onRefused, ...(login && { login }) });
      return {
        circuits: new RedisCircuitStore(client, { timeoutMs }),
        buckets: new RedisBucketStore(client, { timeoutMs }),
      };
    }
    case 'memory':
      return { circuits: new MemoryCircuitStore(now), buckets: new MemoryBucketStore(now) };
    default:
      return store satisfies never;
  }
}

/** An operator sees the message of a store's error, but only the name of any other error. */
async function readLogin(
  secretArn: string,
  readSecret: ConfiguredStoresOptions['readSecret'],
): Promise<RedisLogin> {
  try {
    return parseLogin(await readSecret(secretArn));
  } catch (error) {
    const message = `redis: its secret cannot be read: ${errorName(error)}`;
    throw new CircuitStoreError(message, 'unknown', { cause: error });
  }
}
