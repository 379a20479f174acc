import type { Cluster, Redis, RedisOptions } from 'ioredis';

const CONNECT_TIMEOUT_MS = 1_000;

/**
 * Connects to Redis or Valkey. The connection never sends a command twice, and a command that waits
 * for a connection fails if the connection fails. An address that ends with `?cluster=true` is a
 * server in cluster mode, such as ElastiCache Serverless. ioredis is loaded only here, so that the
 * other stores do not load it.
 */
export async function connectRedis(url: string): Promise<Redis | Cluster> {
  const ioredis = await import('ioredis');
  const address = new URL(url);
  const options = { connectTimeout: CONNECT_TIMEOUT_MS, autoResendUnfulfilledCommands: false };
  if (address.searchParams.get('cluster') === 'true') {
    return connectCluster(ioredis.Cluster, address, options);
  }
  return silenced(new ioredis.Redis(url, { ...options, maxRetriesPerRequest: 0 }));
}

async function connectCluster(
  ioredis: typeof Cluster,
  { hostname, port, protocol, username, password }: URL,
  options: RedisOptions,
): Promise<Cluster> {
  const cluster = new ioredis([{ host: hostname, port: Number(port || 6379) }], {
    redisOptions: {
      ...options,
      ...(username && { username: decodeURIComponent(username) }),
      ...(password && { password: decodeURIComponent(password) }),
      ...(protocol === 'rediss:' && { tls: {} }),
    },
    // TLS certificates contain host names, so a node's name must not be resolved to an address.
    dnsLookup: (host, found) => found(null, host),
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Only a refused command goes to another node. A command that may have run is not sent again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    enableOfflineQueue: false,
    lazyConnect: true,
  });
  silenced(cluster);
  try {
    await cluster.connect();
  } catch (error) {
    cluster.disconnect();
    throw error;
  }
  return cluster;
}

/**
 * Adds a listener that ignores errors. Each operation reports its own failure, and without a
 * listener the client would print the errors too.
 */
function silenced<Client extends Redis | Cluster>(client: Client): Client {
  client.on('error', () => undefined);
  return client;
}
