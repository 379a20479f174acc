import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { Cluster, type Redis } from 'ioredis';
import {
  clusterOptions,
  connectRedis,
  type RedisServer,
} from '../../lambda/stores/redis-connection.ts';

/** Returns the options of a connection to an address where no server is. */
async function optionsFor(server: Omit<RedisServer, 'onRefused'>) {
  const client = (await connectRedis({ ...server, onRefused: () => undefined })) as Redis;
  client.disconnect();
  return client.options;
}

describe('a connection to Redis', () => {
  test('never sends a command twice, and waits a second for the server', async () => {
    expect(await optionsFor({ url: 'redis://127.0.0.1:1' })).toMatchObject({
      connectTimeout: 1_000,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      username: null,
      password: null,
    });
  });

  test('is encrypted if its address says so', async () => {
    expect((await optionsFor({ url: 'redis://127.0.0.1:1' })).tls).toBeUndefined();
    expect((await optionsFor({ url: 'rediss://127.0.0.1:1' })).tls).toBeDefined();
  });

  test.each<[string, RedisServer['login'], string]>([
    ['the address', { password: 'p' }, 'a@b'],
    ['the login rather than the address', { username: 'app', password: 'p' }, 'app'],
  ])(
    'takes the user’s name from %s, and the password from the login',
    async (_, login, username) => {
      const url = 'redis://a%40b@127.0.0.1:1';

      expect(await optionsFor({ url, login })).toMatchObject({ username, password: 'p' });
    },
  );

  test('takes the user’s name from an address without a login', async () => {
    expect(await optionsFor({ url: 'redis://a%40b@127.0.0.1:1' })).toMatchObject({
      username: 'a@b',
    });
  });
});

describe('a connection to a cluster', () => {
  test('is encrypted if its address says so, and has the options of each node', () => {
    expect(clusterOptions('rediss:', { username: 'app' }).redisOptions).toEqual({
      username: 'app',
      tls: {},
    });
    expect(clusterOptions('redis:', { username: 'app' }).redisOptions).toEqual({ username: 'app' });
  });

  test('looks up no address of a node, because the certificates have names', () => {
    const found = jest.fn();

    clusterOptions('rediss:', {}).dnsLookup?.('node-1.example', found);

    expect(found.mock.calls).toEqual([[null, 'node-1.example']]);
  });

  test('sends no command again that may have run, and keeps none for later', () => {
    expect(clusterOptions('redis:', {})).toMatchObject({
      slotsRefreshTimeout: 1_000,
      retryDelayOnFailover: 0,
      retryDelayOnClusterDown: 0,
      enableOfflineQueue: false,
      lazyConnect: true,
    });
  });

  describe('that cannot be used', () => {
    const connections = new Set<Socket>();
    let server: Server;
    let reply: string;
    beforeEach(async () => {
      // Answers each command in the same way.
      server = createServer((socket) => {
        connections.add(socket);
        socket.on('data', (data) => {
          const commands = String(data).match(/^\*\d+\r$/gm) ?? [];
          socket.write(reply.repeat(commands.length));
        });
        socket.on('error', () => undefined);
      });
      server.listen(0, '127.0.0.1');
      await once(server, 'listening');
    });
    afterEach(() => {
      for (const socket of connections) socket.destroy();
      server.close();
      jest.restoreAllMocks();
    });

    async function connect() {
      const { port } = server.address() as AddressInfo;
      const disconnect = jest.spyOn(Cluster.prototype, 'disconnect');
      const onRefused = jest.fn();
      const url = `redis://127.0.0.1:${port}?cluster=true`;
      const error = await connectRedis({ url, login: { password: 'two' }, onRefused }).then(
        () => undefined,
        (failure: Error) => failure,
      );
      return {
        error,
        disconnects: disconnect.mock.calls.length,
        refusals: onRefused.mock.calls.length,
      };
    }

    test('because it refuses the login is ended and reported', async () => {
      reply = '-WRONGPASS invalid username-password pair\r\n';

      const { error, refusals } = await connect();

      expect(error).toBeDefined();
      expect(refusals).toBeGreaterThan(0);
    });

    test('because its nodes answer with errors is ended', async () => {
      reply = '-ERR out of order\r\n';

      const { error, refusals, disconnects } = await connect();

      expect(error).toBeDefined();
      expect([refusals, disconnects]).toEqual([0, 1]);
    });
  });
});
