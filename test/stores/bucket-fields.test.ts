import { expect, test } from '@jest/globals';
import { bucketOf } from '../../lambda/stores/bucket-fields.ts';

const RATE = { share: 0.5, shareAt: 1, pausedUntil: 2, pauseMs: 3 };

test('a bucket has the fields that are numbers', () => {
  const fields = { tokensSpentUntil: 'soon', requestsSpentUntil: 5, 'used2026-11-28T19': 3 };

  expect(bucketOf(fields)).toStrictEqual({
    spentUntil: { requests: 5 },
    usedTokens: { '2026-11-28T19': 3 },
  });
  for (const tokensSpentUntil of [Number.NaN, Number.POSITIVE_INFINITY, '5', [5], null])
    expect(bucketOf({ tokensSpentUntil })).toStrictEqual({ spentUntil: {} });
});

test('a corrected rate is a share of up to 1, with all its times', () => {
  const rate = { share: 0.5, atMs: 1, pausedUntilMs: 2, pauseMs: 3 };

  expect(bucketOf(RATE)).toStrictEqual({ spentUntil: {}, rate });
  expect(bucketOf({ ...RATE, share: 1 }).rate).toEqual({ ...rate, share: 1 });
});

test.each([
  { share: 0 },
  { share: -0.5 },
  { share: 1.01 },
  { share: 'all' },
  { shareAt: 'noon' },
  { pausedUntil: undefined },
  { pauseMs: undefined },
])('there is no rate with %j', (edit) => {
  expect(bucketOf({ ...RATE, ...edit })).toStrictEqual({ spentUntil: {} });
});
