import { describe, expect, test } from '@jest/globals';
import type { Target } from '../../lambda/contract/policy.ts';
import { burndownOf, limitsOf, quotaKey } from '../../lambda/contract/quotas.ts';

const at = (modelId: string, region = 'us-east-1') => ({ region, modelId });

describe('a quota of Bedrock', () => {
  test.each([
    ['anthropic.claude-sonnet-4-6', 'us-east-1/on-demand/anthropic.claude-sonnet-4-6'],
    ['us.anthropic.claude-sonnet-4-6', 'us-east-1/geo/anthropic.claude-sonnet-4-6'],
    ['global.anthropic.claude-sonnet-4-6', 'us-east-1/global/anthropic.claude-sonnet-4-6'],
  ])('of %s is %s', (modelId, key) => {
    expect(quotaKey(at(modelId))).toBe(key);
  });

  test('is shared by targets with the same model, scope and source Region only', () => {
    const arn = 'arn:aws:bedrock:us-east-1:1:application-inference-profile/abc';
    const profile = { ...at(arn), model: 'anthropic.claude-sonnet-4-6', geography: 'us' };

    expect(quotaKey(profile)).toBe(quotaKey(at('us.anthropic.claude-sonnet-4-6')));
    expect(quotaKey(at('us.anthropic.claude-sonnet-4-6', 'us-west-2'))).not.toBe(quotaKey(profile));
  });

  test.each([
    ['us.anthropic.claude-haiku-4-5-20251001-v1:0', 5],
    ['anthropic.claude-3-haiku-20240307-v1:0', 1],
    ['global.anthropic.claude-opus-4-8', 15],
    ['us.anthropic.claude-sonnet-5', 10],
    ['amazon.nova-lite-v1:0', 1],
    ['us.openai.gpt-5.6-sol', 10],
    ['anthropic.claude-of-tomorrow', 10],
    ['somebody.new-model', 10],
  ])('of %s loses %d tokens for each output token', (modelId, burndown) => {
    expect(burndownOf(at(modelId))).toBe(burndown);
  });

  describe('has the limits', () => {
    const target = at('us.anthropic.claude-sonnet-4-6');
    const applied = {
      checkedAtMs: 0,
      limits: { [quotaKey(target)]: { tokensPerMinute: 5, requestsPerMinute: 2 } },
      tokensPerDay: {},
      withoutAccess: [],
    };
    const settingsWith = (...targets: Target[]) => ({
      chains: { default: { tiers: [{ name: 'only', targets, maxTokens: 1 }] } },
    });

    test('of Service Quotas, if the settings give none', () => {
      expect(limitsOf(settingsWith(target), target, applied)).toEqual({
        tokensPerMinute: 5,
        requestsPerMinute: 2,
      });
    });

    test('of the settings alone, if they give any', () => {
      const given = { ...target, quota: { tokensPerMinute: 9 } };

      expect(limitsOf(settingsWith(given), given, applied)).toEqual({ tokensPerMinute: 9 });
      expect(limitsOf(settingsWith(given), target, applied)).toEqual({
        tokensPerMinute: 9,
      });
    });

    test('of nobody, if neither has any', () => {
      const other = at('us.anthropic.claude-haiku-4-5-20251001-v1:0');

      expect(limitsOf(settingsWith(other), other, applied)).toBeUndefined();
      expect(limitsOf(settingsWith(target), target)).toBeUndefined();
    });
  });
});
