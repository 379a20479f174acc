import type { Cluster, Redis, RedisOptions } from 'ioredis';

const CONNECT_TIMEOUT_MS = 1_000;

/**
 * A connection that sends no command twice and none that nobody waits for any more: what waits for
 * a connection fails with it. `?cluster=true` at the end of the address is for servers that share
 * their keys out by slot, as ElastiCache Serverless does even where there is but one. The package is
 * loaded only here, so that no other store pays for it.
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
    // Certificates are made out to names, so what a node is called is not to become an address.
    dnsLookup: (host, found) => found(null, host),
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Only what a node refused goes to another; what may have been done is not done again.
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

/** Each operation tells of its own failure; without a listener the client prints all of them. */
function silenced<Client extends Redis | Cluster>(client: Client): Client {
  client.on('error', () => undefined);
  return client;
}
