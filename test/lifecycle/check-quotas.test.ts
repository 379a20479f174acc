import { describe, expect, test } from '@jest/globals';
import type { ListedQuota } from '../../lambda/contract/quota-names.ts';
import { type AppliedQuotas, quotaKey } from '../../lambda/contract/quotas.ts';
import { checkQuotas } from '../../lambda/lifecycle/check-quotas.ts';
import { HAIKU, listedQuota, SONNET_5, TOKENS_OF_A_DAY } from '../support/listed-quotas.ts';
import { recordingTelemetry } from '../support/recording-telemetry.ts';
import { someSettings } from '../support/settings.ts';

const HAIKU_WEST = { ...HAIKU, region: 'us-west-2' };
const NOW_MS = 1_795_435_200_000;

/** Checks three targets in two Regions. */
async function check(
  listed: Readonly<Record<string, readonly ListedQuota[] | Error>>,
  before?: AppliedQuotas,
) {
  let stored = before;
  const telemetry = recordingTelemetry();
  const asked: string[] = [];
  const settings = someSettings({
    tiers: [
      { name: 'primary', targets: [HAIKU, HAIKU_WEST], maxTokens: 1000 },
      { name: 'secondary', targets: [SONNET_5], maxTokens: 1000 },
    ],
  });
  const accountQuotas = {
    list: async (region: string) => {
      asked.push(region);
      const answer = listed[region] ?? [];
      if (answer instanceof Error) throw answer;
      return answer;
    },
  };
  const quotaStore = {
    load: async () => stored,
    save: async (quotas: AppliedQuotas) => {
      stored = quotas;
    },
  };
  const clock = { now: () => NOW_MS };
  await checkQuotas({ accountQuotas, quotaStore, clock, log: telemetry.log }, settings);
  return { stored, asked, logged: telemetry.logged };
}

const EAST = [
  listedQuota(HAIKU, 'tokens', 5_000_000),
  listedQuota(SONNET_5, 'tokens', 6_000_000),
  TOKENS_OF_A_DAY,
];
const WEST = [listedQuota(HAIKU_WEST, 'tokens', 1_000)];

describe('the check of quotas', () => {
  test('saves the quotas of all targets, with one list for each Region', async () => {
    const { stored, asked, logged } = await check({ 'us-east-1': EAST, 'us-west-2': WEST });

    expect(asked).toEqual(['us-east-1', 'us-west-2']);
    expect(stored).toEqual({
      checkedAtMs: NOW_MS,
      limits: {
        [quotaKey(HAIKU)]: { tokensPerMinute: 5_000_000 },
        [quotaKey(SONNET_5)]: { tokensPerMinute: 6_000_000 },
        [quotaKey(HAIKU_WEST)]: { tokensPerMinute: 1_000 },
      },
      tokensPerDay: { 'us-east-1': 700_000_000 },
      withoutAccess: [],
    });
    expect(logged).toEqual([]);
  });

  test('names the targets whose quotas nobody knows', async () => {
    const { logged } = await check({ 'us-east-1': EAST });

    expect(logged).toEqual([
      {
        message: 'no quota is known, so calls are not held back',
        fields: { targets: 'us-west-2/us.anthropic.claude-haiku-4-5-20251001-v1:0' },
      },
    ]);
  });

  test('reports a quota of 0, and gives it no limit', async () => {
    const west = [listedQuota(HAIKU_WEST, 'tokens', 0)];
    const { stored, logged } = await check({ 'us-east-1': EAST, 'us-west-2': west });

    expect(stored?.withoutAccess).toEqual([quotaKey(HAIKU_WEST)]);
    expect(stored?.limits).not.toHaveProperty([quotaKey(HAIKU_WEST)]);
    expect(logged).toEqual([
      {
        message: 'the quota is 0: the account has no access',
        fields: { quota: quotaKey(HAIKU_WEST) },
      },
    ]);
  });

  test('keeps what the last check found in a Region that cannot be read', async () => {
    const gone = 'us-west-2/geo/a-model-that-left';
    const before: AppliedQuotas = {
      checkedAtMs: 1,
      limits: {
        [quotaKey(HAIKU)]: { tokensPerMinute: 1 },
        [quotaKey(HAIKU_WEST)]: { tokensPerMinute: 2 },
        [gone]: { tokensPerMinute: 3 },
      },
      tokensPerDay: { 'us-east-1': 1, 'us-west-2': 2 },
      withoutAccess: [gone],
    };
    const denied = new TypeError('message of AWS');
    const { stored, logged } = await check({ 'us-east-1': EAST, 'us-west-2': denied }, before);

    expect(stored).toMatchObject({
      limits: { [quotaKey(HAIKU)]: { tokensPerMinute: 5_000_000 } },
      tokensPerDay: { 'us-east-1': 700_000_000, 'us-west-2': 2 },
      withoutAccess: [],
    });
    expect(stored?.limits[quotaKey(HAIKU_WEST)]).toEqual({ tokensPerMinute: 2 });
    expect(stored?.limits).not.toHaveProperty([gone]);
    expect(logged).toEqual([
      { message: 'quotas not read', fields: { region: 'us-west-2', error: 'TypeError' } },
    ]);
  });

  test('keeps that the account had no access, in a Region that cannot be read', async () => {
    const key = quotaKey(HAIKU_WEST);
    const before = { checkedAtMs: 1, limits: {}, tokensPerDay: {}, withoutAccess: [key] };
    const denied = new TypeError('message of AWS');

    const { stored } = await check({ 'us-east-1': EAST, 'us-west-2': denied }, before);

    expect(stored?.withoutAccess).toEqual([key]);
  });
});
