import { describe, expect, test } from '@jest/globals';
import { RedisBucketStore } from '../../lambda/stores/redis-bucket-store.ts';
import { RedisCircuitStore } from '../../lambda/stores/redis-circuit-store.ts';
import { type RedisClient, runScript } from '../../lambda/stores/redis-client.ts';

const run = (respond: RedisClient['eval']) => runScript({ eval: respond }, 1_000, 'script', [], []);

describe('a script that fails in Redis', () => {
  test.each([
    ['whose error begins with a refusal', new Error('BUSY a script'), 'BUSY', 'no'],
    ['whose error has such a word later', new Error('ERR it is not BUSY'), 'Error', 'unknown'],
    ['whose error begins with a longer word', new TypeError('BUSYGROUP x'), 'TypeError', 'unknown'],
    ['with something that is no error', 'BUSY', 'unknown error', 'unknown'],
  ])('and %s', async (_title, error, kind, applied) => {
    await expect(run(() => Promise.reject(error))).rejects.toMatchObject({
      name: 'RedisFailure',
      message: `redis: ${kind}`,
      applied,
      cause: error,
    });
  });
});

describe('a store in Redis', () => {
  const asked: unknown[][] = [];
  const client: RedisClient = {
    eval: async (_script, ...rest) => {
      asked.push(rest);
      return [null, ['1768478400', '250000']];
    },
  };

  test('reads the server’s time to the millisecond, and names its keys by default', async () => {
    const { storeTime } = await new RedisCircuitStore(client).load('a/b');

    expect(storeTime).toEqual({ earliestMs: 1_768_478_400_250, latestMs: 1_768_478_400_250 });
    expect(asked).toEqual([[1, 'holdfast/{a/b}/control']]);
  });

  test('names the keys of buckets by default', async () => {
    const names: unknown[] = [];
    const store = new RedisBucketStore({
      eval: async (_script, _keys, name) => {
        names.push(name);
        return ['0', []];
      },
    });

    await store.read(['a']);

    expect(names).toEqual(['holdfast/{bucket/a}']);
  });
});
