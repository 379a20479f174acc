import { describe, expect, jest, test } from '@jest/globals';
import type { Target } from '../../../lambda/contract/policy.ts';
import { quotaKey } from '../../../lambda/contract/quotas.ts';
import { BucketStoreError } from '../../../lambda/core/admission/bucket-store.ts';
import type { QuotaHold } from '../../../lambda/core/admission/quota-hold.ts';
import { NO_QUOTAS } from '../../../lambda/core/admission/quotas.ts';
import { MemoryBucketStore } from '../../../lambda/stores/memory-bucket-store.ts';
import { aQuotaWorld, KEY, SONNET } from '../../support/quota-world.ts';

/** A throttle pauses the bucket for 417 ms. */
const TIMES = { windowMs: 10_008, burstMs: 60_000 };

/** A minute's 6,000 tokens make up for one token in 10 ms. */
const MS_PER_TOKEN = 10;

function holdOf(admission: unknown): QuotaHold {
  const { hold } = Object(admission);
  if (!hold) throw new Error('the call was not admitted');
  return hold;
}

describe('the quota of a call', () => {
  test('is held with input and maxTokens, and given back but for what the call has cost', async () => {
    const { ask, spentMs } = aQuotaWorld();

    const hold = holdOf(await ask({ inputTokens: 100, maxTokens: 1_000 }));
    expect(await spentMs()).toBe(1_100 * MS_PER_TOKEN);
    await hold.settle({ inputTokens: 120, outputTokens: 40, cacheWriteInputTokens: 30 });

    expect(await spentMs()).toBe((120 + 30 + 5 * 40) * MS_PER_TOKEN);
  });

  test('is held with the expected output and the burndown where that is more than maxTokens', async () => {
    const { ask, spentMs } = aQuotaWorld();

    await ask({ inputTokens: 100, maxTokens: 400 });

    expect(await spentMs()).toBe((100 + 5 * 100) * MS_PER_TOKEN);
  });

  test('is held with no more output than maxTokens allows (BerriAI/litellm PR 37001)', async () => {
    const { ask, spentMs } = aQuotaWorld();

    await ask({ inputTokens: 100, maxTokens: 10 });

    expect(await spentMs()).toBe((100 + 5 * 10) * MS_PER_TOKEN);
  });

  test('is taken before the call, so calls that run at the same time cannot exceed it (Envoy AI Gateway)', async () => {
    const { ask } = aQuotaWorld();

    const admissions = await Promise.all(Array.from({ length: 9 }, () => ask()));

    // 10 s of the quota are 1,000 tokens, and a call holds 600.
    expect(admissions.filter((each) => each?.admitted)).toHaveLength(2);
  });

  test('is not charged for reads from the cache (guidance-for-claude-code 263)', async () => {
    const { ask, spentMs } = aQuotaWorld();
    const usage = { inputTokens: 20, outputTokens: 10, cacheReadInputTokens: 8_814 };

    await holdOf(await ask()).settle(usage);

    expect(await spentMs()).toBe((20 + 5 * 10) * MS_PER_TOKEN);
  });

  test('follows the length of the answers that the chain had', async () => {
    const { quotas, ask, spentMs } = aQuotaWorld();
    for (let i = 0; i < 60; i++) quotas.noteAnswer('default', 400);

    await ask({ maxTokens: 400 });

    expect(await spentMs()).toBeGreaterThan((100 + 5 * 395) * MS_PER_TOKEN);
  });

  test('takes more when the call has cost more than it held, even if nothing is left', async () => {
    const { ask, spentMs } = aQuotaWorld();

    const hold = holdOf(await ask());
    await hold.settle({ inputTokens: 100, outputTokens: 400 });

    expect(await spentMs()).toBe((100 + 5 * 400) * MS_PER_TOKEN);
  });

  test('is counted for the day when the call is settled, in one write, by the hour of its end', async () => {
    const { ask, shared, clock } = aQuotaWorld();
    const hold = holdOf(await ask());
    const settle = jest.spyOn(shared, 'settle');
    clock.nowMs += 3_600_000;

    await hold.settle({ inputTokens: 100, outputTokens: 100 });
    await holdOf(await ask()).settle();

    expect((await shared.read([KEY]))[0]?.usedTokens).toEqual({ '1970-01-01T01': 600 });
    expect(settle).toHaveBeenCalledTimes(2);
  });

  test('needs no write to settle a call that cost nothing, where only requests are counted', async () => {
    const { ask, shared } = aQuotaWorld({ quota: { requestsPerMinute: 12 } });
    const settle = jest.spyOn(shared, 'settle');

    await holdOf(await ask()).settle();

    expect(settle).not.toHaveBeenCalled();
  });

  test('is settled once, however often the caller tries', async () => {
    const { ask, spentMs } = aQuotaWorld();
    const hold = holdOf(await ask());

    await hold.settle();
    await hold.settle();
    await hold.settle({ inputTokens: 500, outputTokens: 500 });

    expect(await spentMs()).toBe(0);
  });

  test('decays by itself when the settlement is lost, which is not repeated', async () => {
    const shared = new MemoryBucketStore(() => 1_000_000);
    let tries = 0;
    shared.settle = async () => {
      tries++;
      throw new BucketStoreError('dynamodb: TimeoutError');
    };
    const { ask, spentMs, logged } = aQuotaWorld({ store: shared });

    await holdOf(await ask()).settle();

    expect([tries, await spentMs()]).toEqual([1, 600 * MS_PER_TOKEN]);
    expect(logged).toEqual([
      {
        message: 'quota not settled; its hold decays',
        fields: { quota: KEY, reason: 'dynamodb: TimeoutError' },
      },
    ]);
  });

  test('is used up when the burst is, and the refusal says how long to wait', async () => {
    const { ask, clock } = aQuotaWorld();
    for (const _ of [1, 2]) expect(await ask()).toMatchObject({ admitted: true, waitMs: 0 });

    expect(await ask()).toEqual({ admitted: false, waitMs: 2_001 });
    clock.nowMs += 2_001;
    expect(await ask()).toMatchObject({ admitted: true });
  });

  test('is booked for a job that waits long enough', async () => {
    const { quotas, ask, clock } = aQuotaWorld();
    for (const _ of [1, 2]) await ask();

    const booked = await ask({ patienceMs: 5_000 });

    expect(booked).toMatchObject({ admitted: true, waitMs: 2_001 });
    const booking = { ...holdOf(booked).holding, atMs: clock.nowMs + 2_001 };
    clock.nowMs += 1;
    expect(await quotas.redeem({ ...booking, atMs: booking.atMs + 1 })).toBeUndefined();
    clock.nowMs += 2_000;
    expect(holdOf(await quotas.redeem(booking)).holding).toMatchObject({ key: KEY, tokens: 600 });
    clock.nowMs += 10_001;
    expect(await quotas.redeem(booking)).toBeUndefined();
  });

  test('waits until a large hold fits into a minute, although its burst is not used up', async () => {
    const { ask, clock } = aQuotaWorld({ policy: { burstSeconds: 55 } });
    await ask({ maxTokens: 4_900 });

    expect(await ask({ maxTokens: 2_900 })).toMatchObject({ admitted: true, waitMs: 20_000 });
    clock.nowMs += 3_600_000;
    expect(await ask({ maxTokens: 8_000 })).toMatchObject({ admitted: true, waitMs: 0 });
  });

  test('keeps room in a minute for one whole request', async () => {
    const { ask } = aQuotaWorld({
      quota: { requestsPerMinute: 4 },
      policy: { burstSeconds: 60 },
    });
    const asked = [await ask(), await ask(), await ask(), await ask()];

    expect(asked.filter((each) => each?.admitted)).toHaveLength(3);
    expect(asked[3]).toEqual({ admitted: false, waitMs: 1 });
  });

  test('leaves half of its burst to others than batch jobs', async () => {
    const { ask } = aQuotaWorld();

    expect(await ask({ isBatch: true })).toMatchObject({ admitted: true });
    expect(await ask({ isBatch: true })).toMatchObject({ admitted: false });
    expect(await ask()).toMatchObject({ admitted: true });
  });

  test('counts requests where the model has such a quota', async () => {
    const { ask, clock } = aQuotaWorld({ quota: { requestsPerMinute: 12 } });
    for (const _ of [1, 2]) holdOf(await ask());

    expect(await ask()).toMatchObject({ admitted: false, waitMs: 1 });
    clock.nowMs += 1;
    await holdOf(await ask()).settle({ inputTokens: 9_000, outputTokens: 9_000 });
  });

  test('is unknown, and the call admitted, where the settings name none', async () => {
    const { ask } = aQuotaWorld();

    expect(await ask({ target: { ...SONNET, region: 'eu-west-1' } })).toBeUndefined();
  });

  test('is what Service Quotas reports, where the settings name none', async () => {
    const target = { ...SONNET, region: 'eu-west-1' };
    const limits = { [quotaKey(target)]: { requestsPerMinute: 6 } };
    const applied = { checkedAtMs: 0, limits, tokensPerDay: {}, withoutAccess: [] };
    const { ask } = aQuotaWorld({ applied });
    holdOf(await ask({ target }));

    expect(await ask({ target })).toMatchObject({ admitted: false });
  });

  test('is shared by targets of the same model, source Region and scope', async () => {
    const { ask } = aQuotaWorld();
    const profile = 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc';
    const same = {
      region: 'us-east-1',
      modelId: profile,
      model: SONNET.modelId.slice(3),
      geography: 'us',
    };
    for (const _ of [1, 2]) await ask({ target: same });

    expect(await ask()).toMatchObject({ admitted: false });
  });
});

describe('a quota that is smaller than it was said to be', () => {
  test('is lowered once a window when Bedrock throttles calls within it, and recovers', async () => {
    const { ask, clock, spentMs, shared, logged } = aQuotaWorld({ policy: { burstSeconds: 60 } });
    const hold = holdOf(await ask());
    await hold.throttled(TIMES);
    await hold.throttled(TIMES);
    await hold.settle();
    clock.nowMs += 61_000;
    expect(logged).toEqual([
      {
        message: 'quota lowered: Bedrock throttled a call within it',
        fields: { quota: KEY, share: 0.8, pauseMs: 417 },
      },
    ]);

    await ask();
    expect(await spentMs()).toBe(Math.round((600 * MS_PER_TOKEN) / 1));
    await ask();
    // The worker knows the rate since its last hold.
    expect(await spentMs()).toBe(
      Math.round(600 * MS_PER_TOKEN + (600 * MS_PER_TOKEN) / (0.8 + (0.05 * 61) / 60)),
    );
    clock.nowMs += 4 * 60_000;
    await ask();
    expect(await spentMs()).toBe(600 * MS_PER_TOKEN);
    expect((await shared.read([KEY]))[0]?.rate?.share).toBe(0.8);
  });

  test('is paused, and a booking from before waits for as long as the pause', async () => {
    const { ask, quotas, clock } = aQuotaWorld();
    const { holding } = holdOf(await ask());
    const booking = { ...holding, atMs: clock.nowMs };
    await holdOf(await ask()).throttled(TIMES);

    expect(await ask()).toMatchObject({ admitted: false });
    clock.nowMs += 100;
    expect(await quotas.redeem(booking)).toMatchObject({ admitted: true, waitMs: 417 });
    clock.nowMs += 317;
    expect(await quotas.redeem(booking)).toMatchObject({ admitted: true, waitMs: 0 });
  });

  test('lets a booking be used although the store of quotas does not answer', async () => {
    const { ask, quotas, clock, shared } = aQuotaWorld();
    const { holding } = holdOf(await ask());
    jest.spyOn(shared, 'read').mockRejectedValue(new BucketStoreError('lost'));

    const redeemed = await quotas.redeem({ ...holding, atMs: clock.nowMs });

    expect(redeemed).toMatchObject({ admitted: true, waitMs: 0 });
  });
});

describe('a worker that loses the store of quotas', () => {
  const lost = (quota?: NonNullable<Target['quota']>) => {
    const store = new MemoryBucketStore(() => 1_000_000);
    const state = { isUp: false };
    const hold = store.hold.bind(store);
    store.hold = async (...given) => {
      if (state.isUp) return hold(...given);
      throw new BucketStoreError('dynamodb: TimeoutError');
    };
    const settings = { jobs: { workerConcurrency: 2 } };
    return { state, world: aQuotaWorld({ store, settings, ...(quota && { quota }) }) };
  };

  test('uses its own share of the quota, and reports the loss once', async () => {
    const { world } = lost();

    expect(await world.ask()).toMatchObject({ admitted: true });
    expect(await world.ask()).toMatchObject({ admitted: false, waitMs: 2_001 });
    await world.ask();
    world.clock.nowMs += 60_000;
    await world.ask();

    expect(world.losses()).toBe(1);
    expect(world.logged).toEqual([
      {
        message: 'the store of quotas does not answer; this worker uses a share of its own',
        fields: { reason: 'dynamodb: TimeoutError' },
      },
    ]);
  });

  test('gives back to its own share what a call did not use, and counts requests by it', async () => {
    const { world } = lost({ tokensPerMinute: 6_000, requestsPerMinute: 600 });
    const admission = await world.ask();
    expect(holdOf(admission).holding.msPerToken).toBe(2 * MS_PER_TOKEN);

    await holdOf(admission).settle();

    // A request takes 200 ms of the worker's half, so the burst of 10 s ends before the 51st.
    for (let i = 1; i < 50; i++) await holdOf(await world.ask()).settle();
    expect(await world.ask()).toMatchObject({ admitted: false, waitMs: 1 });
  });

  test('books in its own bucket, so the run that uses the booking settles nothing in the shared one', async () => {
    const { world, state } = lost();
    const { quotas, ask, clock, shared } = world;
    await ask();
    const booked = await ask({ patienceMs: 5_000 });
    const atMs = clock.nowMs + Number(booked?.waitMs);
    const booking = { ...holdOf(booked).holding, atMs };
    expect(booking).toMatchObject({ isPrivate: true, msPerToken: 2 * MS_PER_TOKEN });
    state.isUp = true;
    clock.nowMs = atMs;

    await holdOf(await quotas.redeem(booking)).settle({ inputTokens: 10, outputTokens: 10 });

    const [bucket] = await shared.read([KEY]);
    expect(bucket?.spentUntil).toEqual({});
    expect(Object.values(bucket?.usedTokens ?? {})).toEqual([60]);
  });

  test('goes back to the shared store after a cooldown', async () => {
    const { world, state } = lost();
    await world.ask();
    state.isUp = true;

    expect(await world.ask()).toMatchObject({ admitted: false });
    world.clock.nowMs += 59_999;
    await world.ask();
    expect(await world.shared.read([KEY])).toEqual([{ spentUntil: {} }]);
    world.clock.nowMs += 1;
    expect(await world.ask()).toMatchObject({ admitted: true });
    expect(await world.shared.read([KEY])).toEqual([{ spentUntil: { tokens: 1_006_000 } }]);
  });

  test('does not hide an error of the code', async () => {
    const store = new MemoryBucketStore(() => 0);
    store.hold = () => Promise.reject(new TypeError('a bug'));

    await expect(aQuotaWorld({ store }).ask()).rejects.toThrow('a bug');
  });
});

test('an invocation waits for the settlements of its calls before it ends', async () => {
  const { quotas } = aQuotaWorld();
  let settle = () => {};
  let isFlushed = false;
  quotas.later(
    new Promise((resolve) => {
      settle = resolve;
    }),
  );

  const flushed = quotas.flush().then(() => {
    isFlushed = true;
  });
  await new Promise(setImmediate);
  expect(isFlushed).toBe(false);
  settle();
  await flushed;
  expect(await quotas.flush()).toBeUndefined();
});

test('a gate without quotas admits each call without a hold', async () => {
  const { target } = aQuotaWorld();
  const call = { target, chain: 'default', inputTokens: 1, maxTokens: 1, patienceMs: 0 };

  expect(await NO_QUOTAS.admit({ ...call, isBatch: false })).toBeUndefined();
  expect(await NO_QUOTAS.redeem({ key: KEY, tokens: 1, burndown: 5, atMs: 0 })).toBeUndefined();
  NO_QUOTAS.later(Promise.resolve());
  expect(await NO_QUOTAS.flush()).toBeUndefined();
  expect(NO_QUOTAS.noteAnswer('default', 1)).toBeUndefined();
});
