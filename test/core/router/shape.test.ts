import { describe, expect, test } from '@jest/globals';
import {
  type Conversation,
  type InferenceConfig,
  userMessage,
} from '../../../lambda/contract/conversation.ts';
import { estimatedTokens } from '../../../lambda/core/router/prompt-estimate.ts';
import { shapeRequest } from '../../../lambda/core/router/shape.ts';

const SONNET_3 = 'anthropic.claude-3-sonnet-20240229-v1:0';
const SONNET_4_5 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const OPUS_4_8 = 'global.anthropic.claude-opus-4-8';
const chainFamily = 'claude';
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
  const messages = [userMessage(prompt)] as const;
  const conversation: Conversation = {
    messages,
    ...(system && { system: [{ text: system }] }),
    inferenceConfig: asked,
  };
  const shaped = shapeRequest(
    { target, tier, chainFamily },
    conversation,
    'job-1',
    estimatedTokens(conversation, tier),
  );
  if (!shaped.fits) return 'too-long';
  const { system: sent, inferenceConfig } = shaped.request.conversation;
  return { system: sent?.map(({ text }) => text), ...inferenceConfig, reducedBy: shaped.reducedBy };
}

describe('maxTokens', () => {
  test('is the tier’s cap if the caller sets none, which is no reduction', () => {
    expect(shape(SONNET_4_5, { cap: 4096 })).toMatchObject({ maxTokens: 4096, reducedBy: [] });
  });

  test('is the caller’s value if that is lower', () => {
    const asked = { maxTokens: 50 };
    expect(shape(SONNET_4_5, { asked })).toMatchObject({ maxTokens: 50, reducedBy: [] });
  });

  test('is the cap if the caller asks for more, and names the reduction', () => {
    const asked = { maxTokens: 5000 };
    expect(shape(SONNET_4_5, { asked, cap: 4096 })).toMatchObject({
      maxTokens: 4096,
      reducedBy: ['maxTokens'],
    });
  });

  test('is the model’s limit if the cap and the request exceed it', () => {
    const asked = { maxTokens: 10_000 };
    expect(shape(SONNET_3, { asked, cap: 20_000 })).toMatchObject({
      maxTokens: 4096,
      reducedBy: ['maxTokens'],
    });
  });

  test('is limited only by the cap for an unknown model', () => {
    const asked = { maxTokens: 500_000 };
    expect(shape(UNKNOWN, { asked, cap: 300_000 })).toMatchObject({ maxTokens: 300_000 });
  });
});

describe('the context window of 200,000 tokens, at 4 bytes a token', () => {
  const tokens = (count: number) => 'four'.repeat(count);

  test('accepts a prompt that leaves room for the whole answer', () => {
    expect(shape(SONNET_4_5, { prompt: tokens(195_904) })).toMatchObject({
      maxTokens: 4096,
      reducedBy: [],
    });
  });

  test('shortens the answer to the room left, and names the reduction', () => {
    expect(shape(SONNET_4_5, { prompt: tokens(199_000) })).toMatchObject({
      maxTokens: 1000,
      reducedBy: ['maxTokens'],
    });
  });

  test('is full if fewer than 256 tokens are left', () => {
    expect(shape(SONNET_4_5, { prompt: tokens(199_744) })).toMatchObject({ maxTokens: 256 });
    expect(shape(SONNET_4_5, { prompt: tokens(199_745) })).toBe('too-long');
  });

  test('allows a short answer in the last tokens', () => {
    const asked = { maxTokens: 10 };
    expect(shape(SONNET_4_5, { prompt: tokens(199_990), asked })).toMatchObject({
      maxTokens: 10,
      reducedBy: [],
    });
  });

  test('includes the system prompt and the tier’s instruction', () => {
    const long = tokens(100_000);
    expect(shape(SONNET_4_5, { prompt: long, system: long })).toBe('too-long');
    expect(shape(SONNET_4_5, { prompt: long, simplify: long })).toBe('too-long');
  });

  test('counts bytes, not characters', () => {
    expect(shape(SONNET_4_5, { prompt: '漢'.repeat(300_000) })).toBe('too-long');
  });

  test('does not exist for an unknown model', () => {
    expect(shape(UNKNOWN, { prompt: tokens(2_000_000) })).toMatchObject({ maxTokens: 4096 });
  });
});

test('a prompt that does not fit is not sent', () => {
  const target = { region: 'us-east-1', modelId: SONNET_4_5 };
  const tier = { name: 'tier', targets: [target], maxTokens: 4096 };
  const conversation: Conversation = { messages: [userMessage('hello')] };

  expect(shapeRequest({ target, tier, chainFamily }, conversation, 'job-1', 200_000)).toEqual({
    fits: false,
  });
});

test('a request is sent as it was given, without any part that was not', () => {
  const target = { region: 'us-east-1', modelId: SONNET_4_5 };
  const tier = { name: 'tier', targets: [target], maxTokens: 4096 };
  const conversation: Conversation = { messages: [userMessage('hello')] };

  expect(shapeRequest({ target, tier, chainFamily }, conversation, 'job-1', 2)).toStrictEqual({
    fits: true,
    request: {
      target,
      conversation: { messages: conversation.messages, inferenceConfig: { maxTokens: 4096 } },
      jobId: 'job-1',
    },
    reducedBy: [],
  });
});

test('an empty list of stop sequences is not sent', () => {
  expect(shape(SONNET_4_5, { asked: { stopSequences: [] } })).not.toHaveProperty('stopSequences');
});

describe('sampling parameters', () => {
  test('are omitted and named for a model that refuses them', () => {
    const asked = { temperature: 0, topP: 0.9, stopSequences: ['END'] };
    expect(shape(OPUS_4_8, { asked })).toEqual({
      system: undefined,
      maxTokens: 4096,
      stopSequences: ['END'],
      reducedBy: ['temperature', 'topP'],
    });
  });

  test('lose topP if the model refuses both together', () => {
    const asked = { temperature: 0, topP: 0.9 };
    const shaped = shape(SONNET_4_5, { asked });
    expect(shaped).toMatchObject({ temperature: 0, reducedBy: ['topP'] });
    expect(shaped).not.toHaveProperty('topP');
  });

  test('are kept if only one of the two is given', () => {
    expect(shape(SONNET_4_5, { asked: { topP: 0.9 } })).toMatchObject({ topP: 0.9, reducedBy: [] });
  });

  test('are kept for models that accept them, and for unknown models', () => {
    const asked = { temperature: 0.2, topP: 0.9 };
    expect(shape(SONNET_3, { asked })).toMatchObject({ ...asked, reducedBy: [] });
    expect(shape(UNKNOWN, { asked })).toMatchObject({ ...asked, reducedBy: [] });
  });
});

describe("a tier's instruction", () => {
  test('follows the system prompt, and counts as a reduction', () => {
    expect(shape(SONNET_4_5, { system: 'You are a poet.', simplify: 'Be brief.' })).toMatchObject({
      system: ['You are a poet.', 'Be brief.'],
      reducedBy: ['simplify'],
    });
  });

  test('is the system prompt if the caller sets none', () => {
    expect(shape(SONNET_4_5, { simplify: 'Be brief.' })).toMatchObject({ system: ['Be brief.'] });
  });

  test('is not invented: without both, no system prompt is sent', () => {
    expect(shape(SONNET_4_5)).toMatchObject({ system: undefined });
  });
});
