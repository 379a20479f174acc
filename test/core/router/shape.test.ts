import { describe, expect, test } from '@jest/globals';
import type { Conversation, InferenceConfig } from '../../../lambda/contract/job-request.ts';
import { shapeRequest } from '../../../lambda/core/router/shape.ts';

const SONNET_3 = 'anthropic.claude-3-sonnet-20240229-v1:0';
const SONNET_4_5 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const OPUS_4_8 = 'global.anthropic.claude-opus-4-8';
const UNKNOWN = 'example.model-of-tomorrow';

function shape(
  modelId: string,
  {
    prompt = 'hello',
    cap = 4096,
    simplify,
    system,
    asked,
  }: {
    prompt?: string;
    cap?: number;
    simplify?: string;
    system?: string;
    asked?: InferenceConfig;
  } = {},
) {
  const target = { region: 'us-east-1', modelId };
  const tier = { name: 'tier', targets: [target], maxTokens: cap, simplify };
  const messages = [{ role: 'user', text: prompt }] as const;
  const conversation: Conversation = { messages, system, inferenceConfig: asked };
  const shaped = shapeRequest({ target, tier }, conversation, 'job-1');
  if (!shaped.fits) return 'too-long';
  const { system: sent, inferenceConfig } = shaped.request;
  return { system: sent, ...inferenceConfig, reducedBy: shaped.reducedBy };
}

describe('maxTokens', () => {
  test('is the cap of the tier when nothing is asked, which reduces nothing', () => {
    expect(shape(SONNET_4_5, { cap: 4096 })).toMatchObject({ maxTokens: 4096, reducedBy: [] });
  });

  test('is what is asked when that is less', () => {
    const asked = { maxTokens: 50 };
    expect(shape(SONNET_4_5, { asked })).toMatchObject({ maxTokens: 50, reducedBy: [] });
  });

  test('is the cap when more is asked, and says so', () => {
    const asked = { maxTokens: 5000 };
    expect(shape(SONNET_4_5, { asked, cap: 4096 })).toMatchObject({
      maxTokens: 4096,
      reducedBy: ['maxTokens'],
    });
  });

  test('is the limit of the model when cap and request are above it', () => {
    const asked = { maxTokens: 10_000 };
    expect(shape(SONNET_3, { asked, cap: 20_000 })).toMatchObject({
      maxTokens: 4096,
      reducedBy: ['maxTokens'],
    });
  });

  test('is bounded by the cap alone for a model that is not known', () => {
    const asked = { maxTokens: 500_000 };
    expect(shape(UNKNOWN, { asked, cap: 300_000 })).toMatchObject({ maxTokens: 300_000 });
  });
});

describe('the context window of 200,000 tokens, at 4 bytes a token', () => {
  const tokens = (count: number) => 'four'.repeat(count);

  test('takes a prompt that leaves room for the whole answer', () => {
    expect(shape(SONNET_4_5, { prompt: tokens(195_904) })).toMatchObject({
      maxTokens: 4096,
      reducedBy: [],
    });
  });

  test('shortens the answer to the room that is left, and says so', () => {
    expect(shape(SONNET_4_5, { prompt: tokens(199_000) })).toMatchObject({
      maxTokens: 1000,
      reducedBy: ['maxTokens'],
    });
  });

  test('is full when less than 256 tokens are left', () => {
    expect(shape(SONNET_4_5, { prompt: tokens(199_744) })).toMatchObject({ maxTokens: 256 });
    expect(shape(SONNET_4_5, { prompt: tokens(199_745) })).toBe('too-long');
  });

  test('takes a short answer into the last tokens', () => {
    const asked = { maxTokens: 10 };
    expect(shape(SONNET_4_5, { prompt: tokens(199_990), asked })).toMatchObject({
      maxTokens: 10,
      reducedBy: [],
    });
  });

  test('counts the system prompt and the instruction of the tier as well', () => {
    const long = tokens(100_000);
    expect(shape(SONNET_4_5, { prompt: long, system: long })).toBe('too-long');
    expect(shape(SONNET_4_5, { prompt: long, simplify: long })).toBe('too-long');
  });

  test('counts bytes, not characters', () => {
    expect(shape(SONNET_4_5, { prompt: '漢'.repeat(300_000) })).toBe('too-long');
  });

  test('does not exist for a model that is not known', () => {
    expect(shape(UNKNOWN, { prompt: tokens(2_000_000) })).toMatchObject({ maxTokens: 4096 });
  });
});

describe('sampling parameters', () => {
  test('are all dropped for a model that refuses them, and named', () => {
    const asked = { temperature: 0, topP: 0.9, stopSequences: ['END'] };
    expect(shape(OPUS_4_8, { asked })).toEqual({
      system: undefined,
      maxTokens: 4096,
      stopSequences: ['END'],
      reducedBy: ['temperature', 'topP'],
    });
  });

  test('lose topP where a model refuses both together', () => {
    const asked = { temperature: 0, topP: 0.9 };
    const shaped = shape(SONNET_4_5, { asked });
    expect(shaped).toMatchObject({ temperature: 0, reducedBy: ['topP'] });
    expect(shaped).not.toHaveProperty('topP');
  });

  test('stay where only one of the two is asked for', () => {
    expect(shape(SONNET_4_5, { asked: { topP: 0.9 } })).toMatchObject({ topP: 0.9, reducedBy: [] });
  });

  test('stay for models that take them, and for unknown ones', () => {
    const asked = { temperature: 0.2, topP: 0.9 };
    expect(shape(SONNET_3, { asked })).toMatchObject({ ...asked, reducedBy: [] });
    expect(shape(UNKNOWN, { asked })).toMatchObject({ ...asked, reducedBy: [] });
  });
});

describe("a tier's instruction", () => {
  test('follows the system prompt, and counts as a reduction', () => {
    expect(shape(SONNET_4_5, { system: 'You are a poet.', simplify: 'Be brief.' })).toMatchObject({
      system: 'You are a poet.\n\nBe brief.',
      reducedBy: ['simplify'],
    });
  });

  test('is the system prompt where there is none', () => {
    expect(shape(SONNET_4_5, { simplify: 'Be brief.' })).toMatchObject({ system: 'Be brief.' });
  });

  test('is not invented: no system prompt is sent where there is neither', () => {
    expect(shape(SONNET_4_5)).toMatchObject({ system: undefined });
  });
});
