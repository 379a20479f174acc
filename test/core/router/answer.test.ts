import { describe, expect, test } from '@jest/globals';
import type { ContentBlock } from '../../../lambda/contract/conversation.ts';
import { answerFrom, isUnusable, readAnswer, textOf } from '../../../lambda/core/router/answer.ts';
import type { Reading } from '../../../lambda/core/router/finished-call.ts';
import { aModelAnswer } from '../../support/model-answer.ts';
import { EAST_SONNET, targetOf } from '../../support/router-builders.ts';

const USAGE = { inputTokens: 1000, outputTokens: 100 };
const CUT: Reading = { usable: false, reason: 'cut' };
const WHOLE: Reading = { usable: true, truncated: false };
const TRUNCATED: Reading = { usable: true, truncated: true };

function read(text: string, stopReason: string, hasBrokenToolCall?: true): Reading {
  return readAnswer(
    aModelAnswer(text, { stopReason, ...(hasBrokenToolCall && { hasBrokenToolCall }) }),
  );
}

describe('an answer with the stop reason', () => {
  test.each<[string, string, Reading]>([
    ['end_turn', 'is whole', WHOLE],
    ['a_reason_of_tomorrow', 'is whole', WHOLE],
    ['max_tokens', 'is truncated', TRUNCATED],
    ['model_context_window_exceeded', 'is truncated', TRUNCATED],
    ['content_filtered', 'is whole', WHOLE],
    ['guardrail_intervened', 'is whole', WHOLE],
    ['malformed_model_output', 'is malformed', { usable: false, reason: 'malformed' }],
    ['malformed_tool_use', 'is malformed', { usable: false, reason: 'malformed' }],
  ])('%s %s', (stopReason, _, reading) => {
    expect(read('some text', stopReason)).toEqual(reading);
  });

  test.each<[string, Reading]>([
    ['end_turn', { usable: false, reason: 'empty' }],
    ['max_tokens', { usable: false, reason: 'empty' }],
    ['content_filtered', WHOLE],
    ['guardrail_intervened', WHOLE],
    ['time_limit', CUT],
  ])('%s and only blanks reads as %j', (stopReason, reading) => {
    expect(read(' \n', stopReason)).toEqual(reading);
  });
});

describe('an answer that maxTokens ends', () => {
  const thought = { reasoningContent: { reasoningText: { text: 'Let me see' } } };
  const readThought = (stopReason: string) =>
    readAnswer(
      aModelAnswer('', { stopReason, message: { role: 'assistant', content: [thought] } }),
    );

  test('within a thought is truncated, and not the model’s fault', () => {
    expect(readThought('max_tokens')).toEqual(TRUNCATED);
    expect(readThought('end_turn')).toEqual({ usable: false, reason: 'empty' });
  });

  test('within a tool call is truncated, with or without text', () => {
    expect(read('', 'max_tokens', true)).toEqual(TRUNCATED);
    expect(read('Let me see', 'max_tokens', true)).toEqual(TRUNCATED);
    expect(read('', 'end_turn', true)).toEqual({ usable: false, reason: 'empty' });
  });
});

describe('an answer without text', () => {
  const answerOf = (stopReason: string, ...content: readonly ContentBlock[]) =>
    aModelAnswer('', { stopReason, message: { role: 'assistant', content } });
  const toolUse = { toolUseId: 't1', name: 'lookup', input: {} };

  test.each<[string, ContentBlock]>([
    ['a tool call', { toolUse }],
    ['an image', { image: { format: 'png', source: { bytes: 'aGk=' } } }],
    ['a result of a tool', { toolResult: { toolUseId: 't1', content: [{ text: 'a' }] } }],
  ])('is whole if it has %s', (_title, block) => {
    expect(readAnswer(answerOf('tool_use', block))).toEqual(WHOLE);
  });

  test('is malformed if it ends with a tool call that is no JSON', () => {
    const broken = { ...answerOf('tool_use', { toolUse }), hasBrokenToolCall: true as const };

    expect(readAnswer(broken)).toEqual({ usable: false, reason: 'malformed' });
  });

  test('is truncated if maxTokens ends it after a thought and a blank', () => {
    const thought = { reasoningContent: { reasoningText: { text: 'Let me see' } } };

    expect(readAnswer(answerOf('max_tokens', thought, { text: ' ' }))).toEqual(TRUNCATED);
  });
});

test('the text of an answer is that of its blocks, also with citations', () => {
  const content = [
    { text: 'It is ' },
    { citationsContent: { content: [{ text: 'in ' }, { text: 'Paris' }], citations: [] } },
    { reasoningContent: { reasoningText: { text: 'Hm.' } } },
    { text: '.' },
  ];

  expect(textOf({ role: 'assistant', content })).toBe('It is in Paris.');
});

describe('an answer that the time limit cut', () => {
  test('in a tool call is of no use, whatever its text', () => {
    expect(read('Let me see', 'time_limit', true)).toEqual(CUT);
  });

  test.each([
    '{"city": "Par',
    '{ "city": "Par',
    ' \n{"city": "Par',
    '["Par',
    '[ "Par',
    '[[1, 2',
    '[ {"city"',
    '```{"city": "Par',
    '```\n{"city": "Par',
    '```json\n{"city": "Par',
    ' ```json\n\n{"city": "Par',
    '{"city": ```json"Paris"}',
  ])('as half of a JSON document is of no use: %j', (text) => {
    expect(read(text, 'time_limit')).toEqual(CUT);
  });

  test.each([
    'half of an ans',
    '{',
    'The object {"city": "Par',
    '{name} is a placeholder',
    '[1] is the source',
    '{}',
    '{"city": "Paris"}',
    ' {"city": "Paris"} ',
    '[ {"city": "Paris"} ]',
    '```{"city": "Paris"}```',
    '```\n{"city": "Paris"}\n```',
    '```json\n{"city": "Paris"}\n```\n',
    ' \n```json\n{"city": "Paris"}\n``` \n',
    '```json\n{"code": "```ls```"}\n```',
  ])('is the answer so far if it is no half document: %j', (text) => {
    expect(read(text, 'time_limit')).toEqual(TRUNCATED);
  });

  test('is not the model’s fault; an empty or malformed answer is', () => {
    expect(isUnusable(CUT)).toBe(false);
    expect(isUnusable({ usable: false, reason: 'empty' })).toBe(true);
    expect(isUnusable({ usable: false, reason: 'malformed' })).toBe(true);
    expect(isUnusable(TRUNCATED)).toBe(false);
    expect(isUnusable(undefined)).toBe(false);
  });
});

describe('the cost of an answer', () => {
  const served = (key: string, heldTokens?: number) => {
    const target = targetOf(key);
    const tier = { name: 'only', targets: [target], maxTokens: 100 };
    const answer = aModelAnswer('Hi', { usage: USAGE });
    return answerFrom(
      { key, target, chain: 'default', tier, preferred: true, chainFamily: 'claude' },
      answer,
      false,
      { reducedBy: [], heldTokens },
    );
  };

  test('follows from its tokens and the list price of the model', () => {
    expect(served(EAST_SONNET).costUsd).toBe(0.0045);
  });

  test('comes with the tokens that its quota held, if any (earendil-works/pi 3399: a huge maxTokens unseen)', () => {
    expect(served(EAST_SONNET, 1_200).usage).toEqual({ ...USAGE, heldTokens: 1_200 });
    expect(served(EAST_SONNET).usage).not.toHaveProperty('heldTokens');
  });

  test('is absent if the price is not known', () => {
    expect(served('us-east-1/acme.unheard-of-v1:0')).not.toHaveProperty('costUsd');
  });
});
