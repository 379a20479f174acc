import { beforeEach, describe, expect, test } from '@jest/globals';
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

const asked: unknown[][] = [];
beforeEach(() => {
  asked.length = 0;
});

/** A client of a server that gives the same response to each script. */
function clientOf(response: unknown): RedisClient {
  return {
    eval: async (_script, _keys, ...rest) => {
      asked.push(rest);
      return response;
    },
  };
}

test('circuits have names with a prefix, and the server’s time to the microsecond', async () => {
  const store = new RedisCircuitStore(clientOf([null, ['1768478400', '250125']]));

  const { storeTime } = await store.load('a/b');

  expect(storeTime).toEqual({ earliestMs: 1_768_478_400_250.125, latestMs: 1_768_478_400_250.125 });
  expect(asked).toEqual([['holdfast/{a/b}/control']]);
});

test('circuits have an error of their own, with the cause', async () => {
  const refused = new Error('OOM');
  const store = new RedisCircuitStore({ eval: () => Promise.reject(refused) });

  await expect(store.load('a/b')).rejects.toMatchObject({
    name: 'CircuitStoreError',
    message: 'redis: OOM',
    applied: 'no',
    cause: refused,
  });
});

const PAUSE = ['pauseMs', '3', 'pausedUntil', '8'];
const RATE = { share: 1, atMs: 5, pausedUntilMs: 8, pauseMs: 3 };

describe('a bucket in Redis', () => {
  test('has a name with a prefix', async () => {
    await new RedisBucketStore(clientOf(['0', []])).read(['a']);

    expect(asked).toEqual([['holdfast/{bucket/a}', '']]);
  });

  test.each([
    ['no fields', [], { spentUntil: {} }],
    ['times', ['tokensSpentUntil', '5', 'requestsSpentUntil', '7.5'], spentUntil(5, 7.5)],
    ['a rate', ['share', '1', 'shareAt', '5', ...PAUSE], { spentUntil: {}, rate: RATE }],
    ['a rate above the whole', ['share', '1.1', 'shareAt', '5', ...PAUSE], { spentUntil: {} }],
    ['a rate without a time', ['share', '0.5', ...PAUSE], { spentUntil: {} }],
    ['a rate of nothing', ['share', '0', 'shareAt', '5', ...PAUSE], { spentUntil: {} }],
    ['a rate without a pause', ['share', '1', 'shareAt', '5'], { spentUntil: {} }],
    [
      'a pause without a length',
      [...PAUSE.slice(2), 'share', '1', 'shareAt', '5'],
      { spentUntil: {} },
    ],
    ['texts', ['tokensSpentUntil', 'soon', 'requestsSpentUntil', ''], { spentUntil: {} }],
  ])('is read from a hash with %s', async (_title, fields, bucket) => {
    expect(await new RedisBucketStore(clientOf(['0', fields])).read(['a'])).toStrictEqual([bucket]);
  });

  test('has an error of its own, with the cause', async () => {
    const lost = new Error('lost');
    const store = new RedisBucketStore({ eval: () => Promise.reject(lost) });

    await expect(store.read(['a'])).rejects.toMatchObject({
      name: 'BucketStoreError',
      message: 'redis: Error',
      cause: lost,
    });
  });
});

function spentUntil(tokens: number, requests: number) {
  return { spentUntil: { tokens, requests } };
}
