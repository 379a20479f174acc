import { describe, expect, test } from '@jest/globals';
import { modelFacts } from '../../lambda/contract/models.ts';
import {
  findQuota,
  MODELS_WITH_QUOTA_NAMES,
  quotaNameOf,
  TOKENS_PER_DAY,
} from '../../lambda/contract/quota-names.ts';

const at = (modelId: string) => ({ region: 'us-east-1', modelId });

/** The quotas of the account in the form in which Service Quotas lists them. */
const LISTED = [
  ['L-8CE99163', 'On-demand model inference tokens per minute for Anthropic Claude 3 Haiku'],
  ['L-A50569E5', 'On-demand model inference tokens per minute for Anthropic Claude 3.5 Sonnet'],
  ['L-AD41C330', 'On-demand model inference tokens per minute for Anthropic Claude 3.5 Sonnet V2'],
  ['L-70423BF8', 'On-demand model inference tokens per minute for Amazon Nova Lite'],
  ['L-48E55E59', 'On-demand model inference tokens per minute for Meta Llama 3.1 70B Instruct'],
  ['L-0AD9BBE8', 'Cross-region model inference tokens per minute for Anthropic Claude Opus 4.6 V1'],
  [
    'L-F4DDD3EB',
    'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1',
  ],
  [
    'L-8EA73537',
    'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.5 V1 1M Context Length',
  ],
  [
    'L-4A6BFAB1',
    'Cross-region model inference requests per minute for Anthropic Claude Sonnet 4.5 V1',
  ],
  [
    'L-FF8B4E28',
    'Cross-Region model inference tokens per minute for Anthropic Claude 3.5 Sonnet V2',
  ],
  [
    'L-7BEE40FB',
    'Global cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.6',
  ],
  ['L-6', 'Cross-region model inference tokens per minute for Anthropic Claude Fable 5.1'],
  ['L-7', 'Cross-region model inference tokens per minute for Anthropic Claude Sonnet 4.6'],
  ['L-1F644C2A', 'Records per batch inference job for Claude 3 Haiku'],
  ['L-E3F10727', 'Cross-Model Max Tokens Per Day'],
].map(([code = '', name = ''], value) => ({ code, name, value }));

const found = (modelId: string, unit: 'tokens' | 'requests' = 'tokens') =>
  findQuota(LISTED, quotaNameOf(at(modelId), unit))?.value;

describe('the quota of a target', () => {
  test.each([
    ['anthropic.claude-3-haiku-20240307-v1:0', 0],
    ['anthropic.claude-3-5-sonnet-20240620-v1:0', 1],
    ['anthropic.claude-3-5-sonnet-20241022-v2:0', 2],
    ['amazon.nova-lite-v1:0', 3],
    ['meta.llama3-1-70b-instruct-v1:0', 4],
    ['us.anthropic.claude-opus-4-6-v1', 5],
    ['us.anthropic.claude-sonnet-4-5-20250929-v1:0', 6],
    ['us.anthropic.claude-3-5-sonnet-20241022-v2:0', 9],
    ['global.anthropic.claude-sonnet-4-6', 10],
  ])('%s is found by its code and its name', (modelId, value) => {
    expect(found(modelId)).toBe(value);
  });

  test('is found by its name alone where no code is known', () => {
    expect(found('us.anthropic.claude-fable-5-1')).toBe(11);
  });

  test.each([
    ['the list has it in another scope', 'anthropic.claude-sonnet-4-5-20250929-v1:0'],
    ['the list has its name with another code', 'us.anthropic.claude-sonnet-4-6'],
    ['the list does not have it', 'anthropic.claude-3-sonnet-20240229-v1:0'],
    ['nobody knows its name', 'us.anthropic.claude-of-tomorrow'],
  ])('is unknown, not guessed, if %s', (_why, modelId) => {
    expect(found(modelId)).toBeUndefined();
  });

  test('is unknown if two quotas have its name', () => {
    const twice = [...LISTED, { ...LISTED[0], code: 'L-8CE99163' }] as typeof LISTED;
    const name = quotaNameOf(at('anthropic.claude-3-haiku-20240307-v1:0'), 'tokens');

    expect(findQuota(twice, name)).toBeUndefined();
  });

  test('of requests differs from the quota of tokens', () => {
    expect(found('us.anthropic.claude-sonnet-4-5-20250929-v1:0', 'requests')).toBe(8);
  });

  test('of a day is one for all models', () => {
    expect(findQuota(LISTED, TOKENS_PER_DAY)?.value).toBe(14);
  });
});

describe('the table of quotas', () => {
  const names = MODELS_WITH_QUOTA_NAMES.flatMap((model) =>
    ['', 'us.', 'global.'].flatMap((prefix) =>
      (['tokens', 'requests'] as const).map((unit) => quotaNameOf(at(`${prefix}${model}`), unit)),
    ),
  );

  test('has only models that the table of models has', () => {
    expect(MODELS_WITH_QUOTA_NAMES.filter((model) => !modelFacts(at(model)))).toEqual([]);
  });

  test('gives each name and each code to one model, scope and unit', () => {
    const texts = names.map((each) => each?.name.toLowerCase());
    const codes = names.flatMap((each) => each?.code ?? []);

    expect(new Set(texts).size).toBe(MODELS_WITH_QUOTA_NAMES.length * 6);
    expect(new Set(codes).size).toBe(codes.length);
  });

  test('has codes in the form of Service Quotas', () => {
    const codes = names.flatMap((each) => each?.code ?? []);

    expect(codes.filter((code) => !/^L-[0-9A-F]{8}$/.test(code))).toEqual([]);
    expect(codes.length).toBeGreaterThan(100);
  });
});
