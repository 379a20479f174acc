import { describe, expect, test } from '@jest/globals';
import { burndownOf, quotaKey } from '../../lambda/contract/quotas.ts';

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
    ['anthropic.claude-of-tomorrow', 10],
    ['somebody.new-model', 10],
  ])('of %s loses %d tokens for each output token', (modelId, burndown) => {
    expect(burndownOf(at(modelId))).toBe(burndown);
  });
});
