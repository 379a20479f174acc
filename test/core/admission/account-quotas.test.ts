import { describe, expect, test } from '@jest/globals';
import { appliedQuotas, regionQuotas } from '../../../lambda/core/admission/account-quotas.ts';
import { HAIKU, listedQuota, SONNET_5, TOKENS_OF_A_DAY } from '../../support/listed-quotas.ts';

const REGION = 'us-east-1';
const KEYS = {
  haiku: 'us-east-1/geo/anthropic.claude-haiku-4-5-20251001-v1:0',
  sonnet: 'us-east-1/geo/anthropic.claude-sonnet-5',
};

describe('the quotas of a Region', () => {
  test('are those of the targets, and the tokens of a day', () => {
    const listed = [
      listedQuota(HAIKU, 'tokens', 200_000),
      listedQuota(HAIKU, 'requests', 4),
      listedQuota(SONNET_5, 'tokens', 6_000_000),
      { ...TOKENS_OF_A_DAY, value: 700_000_000 },
      { code: 'L-1', name: 'Records per batch inference job for Claude 3 Haiku', value: 5 },
    ];

    expect(regionQuotas(listed, REGION, [HAIKU, SONNET_5])).toEqual({
      limits: {
        [KEYS.haiku]: { tokensPerMinute: 200_000, requestsPerMinute: 4 },
        [KEYS.sonnet]: { tokensPerMinute: 6_000_000 },
      },
      tokensPerDay: { [REGION]: 700_000_000 },
      withoutAccess: [],
    });
  });

  test('may be requests only', () => {
    const listed = [listedQuota(HAIKU, 'requests', 4)];

    expect(regionQuotas(listed, REGION, [HAIKU]).limits[KEYS.haiku]).toStrictEqual({
      requestsPerMinute: 4,
    });
    const tokens = [listedQuota(HAIKU, 'tokens', 5)];
    expect(regionQuotas(tokens, REGION, [HAIKU]).limits[KEYS.haiku]).toStrictEqual({
      tokensPerMinute: 5,
    });
  });

  test('that are not listed have no limit', () => {
    expect(regionQuotas([], REGION, [HAIKU, SONNET_5])).toEqual({
      limits: {},
      tokensPerDay: {},
      withoutAccess: [],
    });
  });

  test('that are 0 mean an account without access, not a bucket that never admits', () => {
    const listed = [
      listedQuota(HAIKU, 'tokens', 200_000),
      listedQuota(HAIKU, 'requests', 0),
      listedQuota(SONNET_5, 'tokens', 0),
      { ...TOKENS_OF_A_DAY, value: 0 },
    ];

    expect(regionQuotas(listed, REGION, [HAIKU, SONNET_5])).toEqual({
      limits: {},
      tokensPerDay: {},
      withoutAccess: [KEYS.haiku, KEYS.sonnet, 'us-east-1/day'],
    });
  });
});

test('the quotas of several Regions are together those of the account', () => {
  const east = {
    limits: { a: { tokensPerMinute: 1 } },
    tokensPerDay: { e: 2 },
    withoutAccess: ['b'],
  };
  const west = {
    limits: { c: { tokensPerMinute: 3 } },
    tokensPerDay: { w: 4 },
    withoutAccess: ['d'],
  };

  expect(appliedQuotas([east, west], 9)).toEqual({
    checkedAtMs: 9,
    limits: { a: { tokensPerMinute: 1 }, c: { tokensPerMinute: 3 } },
    tokensPerDay: { e: 2, w: 4 },
    withoutAccess: ['b', 'd'],
  });
});
