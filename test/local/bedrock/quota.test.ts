import { describe, expect, test } from '@jest/globals';
import { AccountQuotas } from '../../../local/bedrock/account-quotas.ts';
import { Quota, type QuotaLimits } from '../../../local/bedrock/quota.ts';

const MINUTE_MS = 60_000;
const minuteQuota = (limits: QuotaLimits) => new Quota(limits, MINUTE_MS, 0);

describe('a quota per minute', () => {
  test('admits requests up to the limit, and then as the quota refills', () => {
    const quota = minuteQuota({ requestsPerMinute: 2 });

    const refusals = [0, 0, 0, 29_999, 30_000, 30_000].map((nowMs) => quota.hold(1, nowMs));

    expect(refusals).toEqual([undefined, undefined, 'requests', 'requests', undefined, 'requests']);
  });

  test('begins each minute with all of the quota, if its minutes are fixed', () => {
    const quota = minuteQuota({ tokensPerMinute: 100, minuteShape: 'fixed' });

    expect(quota.hold(100, 30_000)).toBeUndefined();
    expect(quota.hold(1, 59_999)).toBe('tokens');
    expect(quota.hold(60, 60_000)).toBeUndefined();
    quota.settle(60, 180, 70_000);
    expect(quota.hold(21, 130_000)).toBe('tokens');
    expect(quota.hold(20, 130_000)).toBeUndefined();
    expect(quota.hold(100, 600_000)).toBeUndefined();
  });

  test('gives the rest to another user of the account, if its minutes are fixed', () => {
    const limits = { tokensPerMinute: 100, outsideTokensPerMinute: 40 };
    const quota = minuteQuota({ ...limits, minuteShape: 'fixed' });

    expect(quota.hold(61, 0)).toBe('tokens');
    expect(quota.hold(60, 0)).toBeUndefined();
  });

  test('lets a call hold tokens while it runs, and takes the unused ones back', () => {
    const quota = minuteQuota({ tokensPerMinute: 1000 });

    const first = quota.hold(800, 0);
    const whileItRuns = quota.hold(300, 0);
    quota.settle(800, 150, 0);
    const afterwards = quota.hold(850, 0);

    expect([first, whileItRuns, afterwards]).toEqual([undefined, 'tokens', undefined]);
  });

  test('falls below zero if a call used more than it held', () => {
    const quota = minuteQuota({ tokensPerMinute: 600 });
    quota.hold(200, 0);
    quota.settle(200, 750, 0);

    expect(quota.hold(1, 15_000)).toBe('tokens');
    expect(quota.hold(1, 15_200)).toBeUndefined();
  });

  test('takes nothing for a refused call', () => {
    const quota = minuteQuota({ requestsPerMinute: 1, tokensPerMinute: 100 });

    expect(quota.hold(101, 0)).toBe('tokens');
    expect(quota.hold(100, 0)).toBeUndefined();
  });

  test('holds the tokens of one minute and no more when it is idle', () => {
    const quota = new Quota({ tokensPerMinute: 100 }, 6_000, 0);

    expect(quota.hold(101, 3_600_000)).toBe('tokens');
    expect(quota.hold(100, 3_600_000)).toBeUndefined();
    expect(quota.hold(50, 3_602_999)).toBe('tokens');
    expect(quota.hold(50, 3_603_000)).toBeUndefined();
  });

  test('refills at the rate that another user of the account leaves', () => {
    const quota = minuteQuota({ tokensPerMinute: 600, outsideTokensPerMinute: 300 });
    quota.hold(600, 0);

    expect(quota.hold(151, 30_000)).toBe('tokens');
    expect(quota.hold(150, 30_000)).toBeUndefined();
  });

  test('is empty for us while another user takes all of it, but a debt is paid first', () => {
    const quota = minuteQuota({ tokensPerMinute: 600, outsideTokensPerMinute: 900 });
    quota.hold(600, 0);
    quota.settle(600, 900, 0);

    expect(quota.hold(1, 29_000)).toBe('tokens');
    expect(quota.hold(1, 3_600_000)).toBe('tokens');
  });
});

describe('the quotas of an account', () => {
  const nowMs = { value: 0 };
  const quotas = (limits: QuotaLimits & { tokensPerDay?: number; burndownRate?: number }) => {
    nowMs.value = 0;
    return new AccountQuotas({ fault: 'quota', ...limits }, () => nowMs.value);
  };
  const sonnet = { region: 'us-east-1', model: 'us.anthropic.claude-sonnet-4-6' };
  const haiku = { region: 'us-east-1', model: 'us.anthropic.claude-haiku-4-5-20251001-v1:0' };

  test('differ by source Region, scope and model', () => {
    const account = quotas({ requestsPerMinute: 1 });
    const others = [
      haiku,
      { ...sonnet, region: 'us-west-2' },
      { ...sonnet, model: 'global.anthropic.claude-sonnet-4-6' },
      { ...sonnet, model: 'anthropic.claude-sonnet-4-6' },
    ];

    expect(account.hold(sonnet, 1)).toBeInstanceOf(Object);
    expect(account.hold(sonnet, 1)).toBe('requests');
    for (const each of others) expect(account.hold(each, 1)).toBeInstanceOf(Object);
  });

  test('are charged for output with the burndown of the model, or with that of the rule', () => {
    for (const [burndownRate, left] of [
      [undefined, 400],
      [1, 800],
    ] as const) {
      const account = quotas({ tokensPerMinute: 1_000, ...(burndownRate && { burndownRate }) });
      const held = account.hold(sonnet, 500);
      if (typeof held === 'object') held.settle({ inputTokens: 100, outputTokens: 100 });

      expect(account.hold(sonnet, left + 1)).toBe('tokens');
      expect(account.hold(sonnet, left)).toBeInstanceOf(Object);
    }
  });

  test('of a day cover all models of a source Region, until the next day', () => {
    const account = quotas({ tokensPerDay: 1_000 });
    const held = account.hold(sonnet, 10);
    if (typeof held === 'object') held.settle({ inputTokens: 500, outputTokens: 100 });

    expect(account.hold(sonnet, 1)).toBe('day');
    expect(account.hold(haiku, 1)).toBe('day');
    expect(account.hold({ ...sonnet, region: 'us-west-2' }, 1)).toBeInstanceOf(Object);
    nowMs.value = 86_400_000;
    expect(account.hold(sonnet, 1)).toBeInstanceOf(Object);
  });
});
