import type { Cluster, ClusterOptions, Redis, RedisOptions } from 'ioredis';
import type { RedisLogin } from './redis-login.ts';

const CONNECT_TIMEOUT_MS = 1_000;

export interface RedisServer {
  /** The address: `redis://` or, for TLS, `rediss://`. */
  readonly url: string;
  /** @default the server asks for no password */
  readonly login?: RedisLogin;
  /** Called when the server refuses the login. The client has ended its connection by then. */
  readonly onRefused: () => void;
}

/**
 * Connects to Redis or Valkey. The connection never sends a command twice, and a command that waits
 * for a connection fails if the connection fails. An address that ends with `?cluster=true` is a
 * server in cluster mode, such as ElastiCache Serverless. ioredis is loaded only here, so that the
 * other stores do not load it.
 */
export async function connectRedis(server: RedisServer): Promise<Redis | Cluster> {
  const ioredis = await import('ioredis');
  const address = new URL(server.url);
  const username = server.login?.username ?? decodeURIComponent(address.username);
  // ioredis would take an empty password from an address with a user name, and ignore the login's.
  if (server.login) address.username = '';
  const options = {
    connectTimeout: CONNECT_TIMEOUT_MS,
    autoResendUnfulfilledCommands: false,
    ...(username && { username }),
    ...(server.login && { password: server.login.password }),
  };
  if (address.searchParams.get('cluster') === 'true') {
    return connectCluster(ioredis.Cluster, address, options, server.onRefused);
  }
  const redis = new ioredis.Redis(address.href, { ...options, maxRetriesPerRequest: 0 });
  return watched(redis, server.onRefused);
}

async function connectCluster(
  ioredis: typeof Cluster,
  { hostname, port, protocol }: URL,
  options: RedisOptions,
  onRefused: () => void,
): Promise<Cluster> {
  const node = { host: hostname, port: Number(port || 6379) };
  const cluster = new ioredis([node], clusterOptions(protocol, options));
  watched(cluster, onRefused);
  try {
    await cluster.connect();
  } catch (error) {
    cluster.disconnect();
    throw error;
  }
  return cluster;
}

/** Returns the options of a cluster whose nodes have these options. */
export function clusterOptions(protocol: string, options: RedisOptions): ClusterOptions {
  return {
    redisOptions: { ...options, ...(protocol === 'rediss:' && { tls: {} }) },
    // TLS certificates contain host names, so a node's name must not be resolved to an address.
    dnsLookup: (host, found) => found(null, host),
    slotsRefreshTimeout: CONNECT_TIMEOUT_MS,
    // Only a refused command goes to another node. A command that may have run is not sent again.
    retryDelayOnFailover: 0,
    retryDelayOnClusterDown: 0,
    enableOfflineQueue: false,
    lazyConnect: true,
  };
}

/**
 * Adds listeners for errors. Each operation reports its own failure, and without a listener the client
 * would print the errors too. A client whose login is refused would try it again for ever, so its
 * connection is ended.
 */
function watched<Client extends Redis | Cluster>(client: Client, onRefused: () => void): Client {
  const listen = ({ message }: Error) => {
    if (!LOGIN_REFUSED.test(message)) return;
    client.disconnect();
    onRefused();
  };
  client.on('error', listen);
  // A node of a cluster.
  client.on('node error', listen);
  return client;
}

/** The errors of a server that knows another password, or that wants one. */
const LOGIN_REFUSED = /^(WRONGPASS|NOAUTH)\b/;
