import { describe, expect, test } from '@jest/globals';
import type { AppliedQuotas } from '../../../lambda/contract/quotas.ts';
import { BucketStoreError } from '../../../lambda/core/admission/bucket-store.ts';
import { readQuotaStates } from '../../../lambda/core/admission/quota-states.ts';
import { aQuotaWorld, KEY, SONNET } from '../../support/quota-world.ts';

const TARGET = `us-east-1/${SONNET.modelId}`;
const HAIKU = 'us.anthropic.claude-haiku-4-5-20251001-v1:0';

const APPLIED: AppliedQuotas = {
  checkedAtMs: 0,
  limits: { [KEY]: { tokensPerMinute: 1, requestsPerMinute: 1 } },
  tokensPerDay: {},
  withoutAccess: [],
};

/** The bucket has a burst of 10 s, and a call holds 6 s of it. */
function aWorld(given: Parameters<typeof aQuotaWorld>[0] = {}) {
  const world = aQuotaWorld(given);
  const read = (store = world.shared) =>
    readQuotaStates(store, world.settings, given.applied, world.clock.now());
  const bucket = async () => (await read()).quotas[0]?.bucket;
  return { ...world, read, bucket };
}

describe('the quotas of the chains', () => {
  test('have the limits of the settings, and otherwise those of Service Quotas', async () => {
    const tier = {
      name: 'primary',
      targets: [
        { ...SONNET, quota: { tokensPerMinute: 6_000 } },
        { region: 'us-east-1', modelId: HAIKU },
        { region: 'us-west-2', modelId: HAIKU },
      ],
      maxTokens: 100,
    };
    const haiku = (region: string) => `${region}/geo/anthropic.claude-haiku-4-5-20251001-v1:0`;
    const limits = { ...APPLIED.limits, [haiku('us-east-1')]: { requestsPerMinute: 4 } };
    const withoutAccess = [haiku('us-west-2')];
    const { read } = aWorld({
      settings: { tiers: [tier] },
      applied: { ...APPLIED, limits, withoutAccess },
    });

    const { quotas } = await read();

    expect(quotas).toMatchObject([
      { key: KEY, source: 'settings', limits: { tokensPerMinute: 6_000 }, isWithoutAccess: false },
      {
        source: 'service-quotas',
        limits: { requestsPerMinute: 4 },
        bucket: { held: { requests: 0 } },
      },
      { key: haiku('us-west-2'), limits: {}, isWithoutAccess: true },
    ]);
    expect(quotas[2]).not.toHaveProperty('source');
    expect(quotas[2]).not.toHaveProperty('bucket');
  });

  test('name each target that shares one, once', async () => {
    const tiers = [{ name: 'primary', targets: [SONNET], maxTokens: 100 }];
    const chains = { first: { tiers }, second: { tiers } };
    const { read } = aWorld({ settings: { tiers: undefined, chains }, applied: APPLIED });

    expect((await read()).quotas).toMatchObject([
      { key: KEY, targets: [TARGET], source: 'service-quotas' },
    ]);
  });
});

describe('a bucket', () => {
  test('that was never used is empty', async () => {
    expect(await aWorld().bucket()).toEqual({
      held: { tokens: 0 },
      waitMs: 0,
      share: 1,
      tokensToday: 0,
    });
  });

  test('is full when the burst is held, until the quota has made up for it', async () => {
    const { ask, bucket, clock } = aWorld();

    await ask();
    expect(await bucket()).toMatchObject({ held: { tokens: 0.6 }, waitMs: 0 });
    await ask();
    expect(await bucket()).toMatchObject({ held: { tokens: 1.2 }, waitMs: 2_001 });
    // The wait is the one that a refused call is told.
    expect(await ask()).toEqual({ admitted: false, waitMs: 2_001 });
    clock.nowMs += 2_001;
    expect(await bucket()).toMatchObject({ waitMs: 0 });
    clock.nowMs += 60_000;
    expect(await bucket()).toMatchObject({ held: { tokens: 0 }, waitMs: 0 });
  });

  test('of requests and tokens waits for the scarcer of them', async () => {
    const quota = { tokensPerMinute: 6_000_000, requestsPerMinute: 4 };
    const { ask, bucket } = aWorld({ quota });
    await ask();

    expect(await bucket()).toMatchObject({ held: { requests: 1.5 }, waitMs: 5_001 });
  });

  test('has the tokens that calls have used today, and not those that they hold', async () => {
    const { ask, bucket } = aWorld();
    const admission = await ask();
    expect(await bucket()).toMatchObject({ tokensToday: 0 });
    if (admission?.admitted) await admission.hold.settle({ inputTokens: 100, outputTokens: 10 });

    // An output token costs five.
    expect(await bucket()).toMatchObject({ tokensToday: 150, held: { tokens: 0.15 } });
  });

  test('has the share of the rate that throttles have left', async () => {
    const { shared, bucket } = aWorld();
    await shared.correct(KEY, { windowMs: 60_000, burstMs: 10_000 });

    expect((await bucket())?.share).toBeCloseTo(0.8);
  });
});

describe('the use of the quotas', () => {
  const tokensPerDay = { 'us-east-1': 144_000 };

  test('includes the budgets of the day that are known', async () => {
    const { shared, read } = aWorld({ policy: { tokensPerDay } });
    await shared.settle(KEY, { deltaMs: 0, used: { hour: '1970-01-01T00', tokens: 44_000 } });

    const { days, quotas } = await read();

    expect([...(days ?? [])]).toMatchObject([['us-east-1', { quota: 144_000, left: 100_000 }]]);
    expect(quotas[0]?.bucket?.tokensToday).toBe(44_000);
  });

  test('is read once, and only where calls are counted', async () => {
    const { read, shared } = aWorld({ policy: { tokensPerDay } });
    const reads: (readonly string[])[] = [];
    await read({
      ...shared,
      read: async (keys) => {
        reads.push(keys);
        return shared.read(keys);
      },
    });

    expect(reads).toEqual([['us-east-1/day', KEY]]);
  });

  test('is not known while the store does not answer, but the limits are', async () => {
    const read = async () => {
      throw new BucketStoreError('down');
    };
    const world = aWorld({ policy: { tokensPerDay } });
    const states = await world.read({ ...world.shared, read });

    expect(states).toEqual({
      quotas: [
        {
          key: KEY,
          source: 'settings',
          targets: [TARGET],
          limits: { tokensPerMinute: 6_000 },
          isWithoutAccess: false,
        },
      ],
      unreadable: 'down',
    });
  });

  test('is not known to a function if each worker counts in a memory of its own', async () => {
    const { read } = aWorld({ settings: { breaker: { store: 'memory' } } });

    expect((await read()).days).toBeUndefined();
  });
});
