import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { Redis } from 'ioredis';
import { CIRCUIT_STORE_DEFAULTS } from '../../lambda/contract/policy.ts';
import { configuredStores } from '../../lambda/stores/configured-stores.ts';
import { RedisCircuitStore } from '../../lambda/stores/redis-circuit-store.ts';
import { connectRedis } from '../../lambda/stores/redis-connection.ts';
import { freePort } from '../support/free-port.ts';
import { needsRedisServer, untilReady } from '../support/redis-server.ts';

needsRedisServer('A Redis server with a password', onServer);

function onServer(binary: string): void {
  let redisUrl: string;
  let operator: Redis;
  let stop: () => Promise<void>;
  beforeAll(async () => {
    const port = await freePort();
    redisUrl = `redis://127.0.0.1:${port}`;
    const settings = { port, bind: '127.0.0.1', requirepass: 'one', save: '', dir: tmpdir() };
    const flags = Object.entries(settings).flatMap(([name, value]) => [`--${name}`, `${value}`]);
    const server = spawn(binary, flags, { stdio: ['ignore', 'pipe', 'pipe'] });
    await untilReady(server);
    operator = new Redis(redisUrl, { password: 'one' });
    await operator.acl('SETUSER', 'app', 'on', '>apps', '~*', '+@all');
    stop = async () => {
      operator.disconnect();
      server.kill();
      await once(server, 'exit');
    };
  });
  beforeEach(() => operator.config('SET', 'requirepass', 'one'));
  afterAll(() => stop());

  const saved = async (url: string, login?: { username?: string; password: string }) => {
    let refused = 0;
    const onRefused = () => {
      refused++;
    };
    const client = await connectRedis({ url, onRefused, ...(login && { login }) });
    const ended = new Promise((resolve) => client.once('end', resolve));
    const store = new RedisCircuitStore(client, { prefix: `${Math.random()}/` });
    const result = await store.save('a/b', { version: 1 }, 'absent').catch((error) => error);
    // A refused client ends its connection by itself.
    if (result === true) client.disconnect();
    await ended;
    return { result, refused };
  };

  describe('circuits in a Redis server with a password', () => {
    test('are stored with the password, and with the name of a user', async () => {
      const withName = redisUrl.replace('//', '//app@');

      expect((await saved(redisUrl, { password: 'one' })).result).toBe(true);
      expect((await saved(redisUrl, { username: 'app', password: 'apps' })).result).toBe(true);
      expect((await saved(withName, { password: 'apps' })).result).toBe(true);
    });

    test.each([
      ['no password', undefined, 'NOAUTH'],
      ['a wrong password', { password: 'two' }, 'WRONGPASS'],
      ['an unknown user', { username: 'eve', password: 'one' }, 'WRONGPASS'],
    ])(
      'are refused with %s: nothing was stored, and the client does not try for ever',
      async (_, login, kind) => {
        const { result, refused } = await saved(redisUrl, login);

        expect(result).toMatchObject({
          name: 'CircuitStoreError',
          message: `redis: ${kind}`,
          applied: 'no',
        });
        expect(refused).toBe(1);
      },
    );

    test('are reached again after a rotation, once the secret has the new password', async () => {
      let secret = 'one';
      const { circuits: store } = configuredStores({
        policy: () => ({
          ...CIRCUIT_STORE_DEFAULTS,
          store: 'redis',
          redisUrl,
          redisSecretArn: 'arn',
        }),
        now: () => 0,
        dynamoDb: () => {
          throw new Error('the circuits are in Redis');
        },
        readSecret: async () => secret,
        connect: async (server) => {
          const client = await connectRedis(server);
          clients.push(client);
          return client;
        },
      });
      const clients: { disconnect(): void }[] = [];
      await store.save('rotated', { version: 1 }, 'absent');

      // The rotation ends the connections of the old password.
      await operator.config('SET', 'requirepass', 'two');
      await operator.call('CLIENT', 'KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      await expect(untilRefused(() => store.load('rotated'))).resolves.toBe('redis: WRONGPASS');
      secret = 'two';

      expect((await store.load('rotated')).record).toEqual({ version: 1 });
      for (const client of clients) client.disconnect();
    });
  });
}

/** Repeats an operation until the server refuses it, because the end of a connection takes a moment. */
async function untilRefused(operation: () => Promise<unknown>): Promise<string> {
  for (;;) {
    try {
      await operation();
    } catch (error) {
      const { message } = error as Error;
      if (message === 'redis: WRONGPASS') return message;
    }
    await new Promise(setImmediate);
  }
}
