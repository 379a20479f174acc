import { describe, expect, jest, test } from '@jest/globals';
import { BucketStoreError } from '../../../lambda/core/admission/bucket-store.ts';
import type { QuotaAdmission } from '../../../lambda/core/admission/quotas.ts';
import { readDayBudgets, readRegionUse } from '../../../lambda/core/admission/region-use.ts';
import { MemoryBucketStore } from '../../../lambda/stores/memory-bucket-store.ts';
import { aQuotaWorld, KEY, SONNET } from '../../support/quota-world.ts';

const HOUR_MS = 3_600_000;
const PACE_KEY = 'us-east-1/day';
/** A call of 600 tokens takes 6 minutes of the rate of a day with this quota. */
const QUOTA = 144_000;
const BATCH = { isBatch: true };
/** 600 tokens. */
const USAGE = { inputTokens: 100, outputTokens: 100 };

function aDay(quota = QUOTA, given: Parameters<typeof aQuotaWorld>[0] = {}) {
  const policy = { tokensPerDay: { 'us-east-1': quota } };
  const minute = { tokensPerMinute: 1_000_000 };
  const world = aQuotaWorld({ quota: minute, ...given, policy });
  world.clock.nowMs = Date.parse('2026-11-28T00:00:00Z');
  const use = () => readRegionUse(world.shared, world.settings, 'us-east-1');
  const spend = async (hour: string, tokens: number) =>
    world.shared.settle(KEY, { deltaMs: 0, used: { hour, tokens } });
  return { ...world, use, spend };
}

function holdOf(admission: QuotaAdmission | undefined) {
  if (!admission?.admitted) throw new Error('the call was not admitted');
  return admission.hold;
}

describe('a batch job', () => {
  test('is paced so that the budget of the day lasts until the reset', async () => {
    const { ask, clock } = aDay();

    expect(await ask(BATCH)).toMatchObject({ admitted: true, waitMs: 0 });
    // 6 minutes are spent, 5 of which may be used at once.
    expect(await ask(BATCH)).toEqual({ admitted: false, waitMs: 60_001 });
    expect(await ask()).toMatchObject({ admitted: true, waitMs: 0 });
    clock.nowMs += 60_001;
    expect(await ask(BATCH)).toMatchObject({ admitted: true });
  });

  test('books its turn if that is near', async () => {
    const { ask, quotas, clock } = aDay();
    await ask(BATCH);

    const booked = await ask({ ...BATCH, patienceMs: 61_000 });

    expect(booked).toMatchObject({ admitted: true, waitMs: 60_001 });
    const { holding } = holdOf(booked);
    expect(holding.pace).toEqual({ key: PACE_KEY, msPerToken: 600 });
    clock.nowMs += 60_001;
    const booking = { ...holding, atMs: clock.nowMs };
    expect(holdOf(await quotas.redeem(booking)).holding).toEqual(booking);
  });

  test('is charged for what its call has cost, apart from the other jobs', async () => {
    const { ask, use, shared, clock } = aDay();

    await holdOf(await ask(BATCH)).settle({ inputTokens: 100, outputTokens: 50 });
    await holdOf(await ask()).settle(USAGE);

    const hour = '2026-11-28T00';
    expect(await use()).toEqual({ all: { [hour]: 350 + 600 }, batch: { [hour]: 350 } });
    const [pace] = await shared.read([PACE_KEY]);
    expect(pace?.spentUntil.tokens).toBeCloseTo(clock.nowMs + 350 * 600);
  });

  test('gives back its part of the day when the quota of the minute has no room, or the call cost nothing', async () => {
    const { ask, shared, clock } = aDay(QUOTA, { quota: { tokensPerMinute: 6_000 } });
    const spentMs = async () =>
      ((await shared.read([PACE_KEY]))[0]?.spentUntil.tokens ?? 0) - clock.nowMs;
    await ask();

    expect(await ask(BATCH)).toMatchObject({ admitted: false, waitMs: 1_001 });
    expect(await spentMs()).toBe(0);
    clock.nowMs += 6_000;
    await holdOf(await ask(BATCH)).settle();
    expect(await spentMs()).toBe(0);
  });

  test('leaves the other jobs what they need until the reset, and then waits for it', async () => {
    const { ask, clock, spend } = aDay();
    await spend('2026-11-27T22', 143_000);

    expect(await ask(BATCH)).toMatchObject({ admitted: true });
    expect(await ask(BATCH)).toEqual({ admitted: false, waitMs: HOUR_MS - 300_000 + 1 });

    const late = aDay();
    late.clock.nowMs += 12 * HOUR_MS;
    await late.spend('2026-11-28T03', QUOTA);
    expect(await late.ask(BATCH)).toEqual({ admitted: false, waitMs: 12 * HOUR_MS });
    expect(await late.ask()).toMatchObject({ admitted: true });
    expect(clock.nowMs).toBeLessThan(late.clock.nowMs);
  });

  test('may run at once after the reset, whatever the last hold of the day was', async () => {
    const { ask, clock, spend } = aDay();
    clock.nowMs += 24 * HOUR_MS - 60_000;
    await spend('2026-11-28T03', QUOTA - 1);
    for (let i = 0; i < 10; i++) await ask(BATCH);
    expect(await ask(BATCH)).toMatchObject({ admitted: false });

    clock.nowMs += 60_001;

    expect(await ask(BATCH)).toMatchObject({ admitted: true });
  });

  test('is paced by counts that are at most a minute old', async () => {
    const { ask, clock, spend, shared } = aDay(10_000_000);
    const read = jest.spyOn(shared, 'read');
    await ask(BATCH);
    await spend('2026-11-28T00', 10_000_000);

    clock.nowMs += 59_999;
    expect(await ask(BATCH)).toMatchObject({ admitted: true });
    expect(read).toHaveBeenCalledTimes(1);
    clock.nowMs += 1;
    expect(await ask(BATCH)).toMatchObject({ admitted: false });
  });

  test('is admitted without a pace when the store does not answer, or where no day is known', async () => {
    const store = new MemoryBucketStore(() => 0);
    store.read = () => Promise.reject(new BucketStoreError('dynamodb: TimeoutError'));
    expect(holdOf(await aDay(1, { store }).ask(BATCH)).holding.pace).toBeUndefined();

    expect(holdOf(await aQuotaWorld().ask(BATCH)).holding.pace).toBeUndefined();
  });

  test('does not hide an error of the code', async () => {
    const store = new MemoryBucketStore(() => 0);
    store.read = () => Promise.reject(new TypeError('a bug'));

    await expect(aDay(1, { store }).ask(BATCH)).rejects.toThrow('a bug');
  });
});

describe('the tokens of a day', () => {
  const WEST = { ...SONNET, region: 'us-west-2' };
  const settings = {
    tiers: [{ name: 'primary', targets: [SONNET, WEST], maxTokens: 4096 }],
  };

  test('are counted for targets of which only the quota of the day is known, in one write', async () => {
    const { ask, use, shared } = aDay(QUOTA, { settings });
    const hold = jest.spyOn(shared, 'hold');
    const call = await ask({ target: SONNET });

    await holdOf(call).throttled({ windowMs: 10_000, burstMs: 1_000 });
    await holdOf(call).settle(USAGE);

    expect(hold).not.toHaveBeenCalled();
    expect((await use()).all).toEqual({ '2026-11-28T00': 600 });
    expect((await shared.read([KEY]))[0]).not.toHaveProperty('rate');
    expect(await ask({ target: WEST })).toBeUndefined();
  });

  test('are not counted, and cost no time, while the store does not answer', async () => {
    const { ask, shared, clock, losses } = aDay(QUOTA, { settings });
    const settle = jest.spyOn(shared, 'settle');
    const read = jest.spyOn(shared, 'read');
    const call = await ask({ target: SONNET });
    settle.mockRejectedValueOnce(new BucketStoreError('dynamodb: TimeoutError'));

    await holdOf(call).settle(USAGE);
    clock.nowMs += 59_999;
    expect(await ask({ target: SONNET })).toBeUndefined();
    expect(await ask({ target: SONNET, ...BATCH })).toBeUndefined();

    expect([settle.mock.calls.length, read.mock.calls.length, losses()]).toEqual([1, 0, 1]);
    clock.nowMs += 1;
    await holdOf(await ask({ target: SONNET })).settle(USAGE);
    expect(settle).toHaveBeenCalledTimes(2);
  });

  test('give each Region whose quota is known its own budget, by the settings before Service Quotas', async () => {
    const world = aDay(QUOTA, { settings });
    await world.spend('2026-11-28T00', 1_000);
    const nowMs = world.clock.nowMs + 1;
    const applied = {
      checkedAtMs: 0,
      limits: {},
      tokensPerDay: { 'us-east-1': 5, 'us-west-2': 70 },
      withoutAccess: [],
    };

    const budgets = await readDayBudgets(world.shared, world.settings, applied, nowMs);

    expect([...budgets].map(([region, { quota, spent }]) => [region, quota, spent])).toEqual([
      ['us-east-1', QUOTA, 1_000],
      ['us-west-2', 70, 0],
    ]);
    const few = await readDayBudgets(world.shared, world.settings, undefined, nowMs);
    expect([...few.keys()]).toEqual(['us-east-1']);
  });
});
