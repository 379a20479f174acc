import { describe, expect, test } from '@jest/globals';
import { quotaOf } from '../../doctor/service-quotas.ts';

describe('the quota of a target', () => {
  // The names have the form that Service Quotas uses.
  const quotas = [
    'On-demand model inference tokens per minute for Anthropic Claude 3 Haiku',
    'On-demand model inference tokens per minute for Anthropic Claude 3.5 Sonnet',
    'On-demand model inference tokens per minute for Anthropic Claude 3.5 Sonnet V2',
    'On-demand model inference tokens per minute for Amazon Nova Lite',
    'On-demand model inference tokens per minute for Meta Llama 3.1 70B Instruct',
    'Cross-region model inference tokens per minute for Anthropic Claude Opus 4.6 V1',
    'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1',
    'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1 1M Context Length',
    'Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5 V1',
    'Cross-region model inference tokens per minute for Anthropic Claude Haiku 4.5',
    'Global cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.6',
    'Records per batch inference job for Claude 3 Haiku',
  ].map((name, value) => ({ name, value }));

  test.each([
    ['anthropic.claude-3-haiku-20240307-v1:0', 0],
    ['anthropic.claude-3-5-sonnet-20240620-v1:0', 1],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 2],
    ['amazon.nova-lite-v1:0', 3],
    ['meta.llama3-1-70b-instruct-v1:0', 4],
    ['us.anthropic.claude-opus-4-6-v1', 5],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 6],
    ['eu.anthropic.claude-haiku-4-5-20251001-v1:0', 9],
    ['global.anthropic.claude-sonnet-4-6', 10],
  ])('of %s is found by name', (modelId, value) => {
    const target = { region: 'us-east-1', modelId };
    expect(quotaOf(quotas, target, 'tokens')).toBe(quotas[value]);
  });

  test.each([
    // The list has quotas for this model, but in another scope.
    'anthropic.claude-sonnet-4-5-20250929-v1:0',
    'us.anthropic.claude-sonnet-4-6',
    'anthropic.claude-3-sonnet-20240229-v1:0',
  ])('of %s is unknown, not guessed', (modelId) => {
    expect(quotaOf(quotas, { region: 'us-east-1', modelId }, 'tokens')).toBeUndefined();
  });

  test('is unknown if two names have the same words', () => {
    const target = { region: 'us-east-1', modelId: 'anthropic.claude-3-haiku-20240307-v1:0' };
    const name = 'On-demand model inference tokens per minute for Anthropic Claude Haiku 3';
    expect(quotaOf([...quotas, { name, value: 0 }], target, 'tokens')).toBeUndefined();
  });

  test('of requests differs from the quota of tokens', () => {
    const modelId = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
    expect(quotaOf(quotas, { region: 'us-east-1', modelId }, 'requests')).toBe(quotas[8]);
  });
});
