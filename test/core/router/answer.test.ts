import { describe, expect, test } from '@jest/globals';
import { answerFrom, isUnusable, readAnswer } from '../../../lambda/core/router/answer.ts';
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
  const served = (key: string) => {
    const target = targetOf(key);
    const tier = { name: 'only', targets: [target], maxTokens: 100 };
    const answer = aModelAnswer('Hi', { usage: USAGE });
    return answerFrom(
      { key, target, chain: 'default', tier, preferred: true, chainFamily: 'claude' },
      answer,
      false,
      { reducedBy: [] },
    );
  };

  test('follows from its tokens and the list price of the model', () => {
    expect(served(EAST_SONNET).costUsd).toBe(0.0045);
  });

  test('is absent if the price is not known', () => {
    expect(served('us-east-1/acme.unheard-of-v1:0')).not.toHaveProperty('costUsd');
  });
});
