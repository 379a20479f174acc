import { expect, test } from '@jest/globals';
import { Quota } from '../../../local/bedrock/quota.ts';

test('admits requests up to the limit, and then as the quota refills', () => {
  const quota = new Quota({ requestsPerMinute: 2 }, 0);

  const refusals = [0, 0, 0, 29_999, 30_000, 30_000].map((nowMs) => quota.reserve(1, nowMs));

  expect(refusals).toEqual([undefined, undefined, 'requests', 'requests', undefined, 'requests']);
});

test('a call reserves tokens while it runs and then gives the unused ones back', () => {
  const quota = new Quota({ tokensPerMinute: 1000 }, 0);

  const first = quota.reserve(800, 0);
  const whileItRuns = quota.reserve(300, 0);
  quota.settle(800, { inputTokens: 100, outputTokens: 50 }, 0);
  const afterwards = quota.reserve(850, 0);

  expect([first, whileItRuns, afterwards]).toEqual([undefined, 'tokens', undefined]);
});

test('output takes tokens at the burndown rate, even below zero', () => {
  const quota = new Quota({ tokensPerMinute: 600, burndownRate: 5 }, 0);
  quota.reserve(200, 0);
  quota.settle(200, { inputTokens: 100, outputTokens: 130 }, 0); // 750 of 600 tokens are now used.

  expect(quota.reserve(1, 15_000)).toBe('tokens');
  expect(quota.reserve(1, 15_200)).toBeUndefined();
});

test('a refused call takes nothing', () => {
  const quota = new Quota({ requestsPerMinute: 1, tokensPerMinute: 100 }, 0);

  expect(quota.reserve(101, 0)).toBe('tokens');
  expect(quota.reserve(100, 0)).toBeUndefined();
});

test('an idle quota holds the tokens of one minute and no more', () => {
  const quota = new Quota({ tokensPerMinute: 100, minuteSeconds: 6 }, 0);

  expect(quota.reserve(101, 3_600_000)).toBe('tokens');
  expect(quota.reserve(100, 3_600_000)).toBeUndefined();
  expect(quota.reserve(50, 3_602_999)).toBe('tokens');
  expect(quota.reserve(50, 3_603_000)).toBeUndefined();
});
