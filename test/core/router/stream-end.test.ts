import { describe, expect, test } from '@jest/globals';
import { AnswerAssembly, type AnswerEvent } from '../../../lambda/core/router/answer-assembly.ts';
import type { ModelFailure } from '../../../lambda/core/router/model-client.ts';
import { limitAfter, outcomeOf, type StreamEnd } from '../../../lambda/core/router/stream-end.ts';
import { aModelAnswer } from '../../support/model-answer.ts';

const MESSAGE_START: AnswerEvent = { type: 'other' };
const TOKEN: AnswerEvent = { type: 'content', block: 0, piece: { text: 'word' }, bytes: 4 };
const MESSAGE_STOP: AnswerEvent = { type: 'message-stop', stopReason: 'end_turn' };
const USAGE: AnswerEvent = { type: 'usage', usage: { inputTokens: 7, outputTokens: 2 } };

const ESTIMATE = { inputTokens: 30, outputTokens: 1, estimated: true } as const;
const THROTTLED: ModelFailure = {
  kind: 'quota-minute',
  name: 'ThrottlingException',
  status: 200,
  retryAfterMs: 900,
};
const RESET: ModelFailure = { kind: 'network', name: 'Error' };

const ENDS: readonly StreamEnd[] = [
  { why: 'ended' },
  { why: 'first-token' },
  { why: 'stall' },
  { why: 'answer-time' },
  { why: 'usage' },
  { why: 'aborted' },
  { why: 'error', failure: THROTTLED },
];

describe('a stream without a token', () => {
  test.each<[string, StreamEnd, ModelFailure]>([
    ['that waits too long', { why: 'first-token' }, timeout()],
    ['that takes the whole answer’s time', { why: 'answer-time' }, timeout()],
    ['that ends', { why: 'ended' }, { kind: 'fault', name: 'StreamEnded' }],
    ['with an error keeps the kind of the error', { why: 'error', failure: THROTTLED }, THROTTLED],
    ['that is reset', { why: 'error', failure: RESET }, RESET],
  ])('%s', (_, end, failure) => {
    expect(outcomeOf(assembled(MESSAGE_START), end)).toEqual({ outcome: 'failure', failure });
  });

  test('that is aborted may be billed for its prompt', () => {
    const usage = { ...ESTIMATE, outputTokens: 0 };
    expect(outcomeOf(assembled(), { why: 'aborted' })).toEqual({ outcome: 'aborted', usage });
  });
});

describe('a stream after its first token', () => {
  test.each<[string, StreamEnd, Partial<ModelFailure>]>([
    ['that stalls', { why: 'stall' }, { name: 'StreamStalled' }],
    ['that ends without the stop of its message', { why: 'ended' }, { name: 'StreamEnded' }],
    [
      'with an error of any kind',
      { why: 'error', failure: THROTTLED },
      { name: 'ThrottlingException', retryAfterMs: 900 },
    ],
    [
      'with an error of the request',
      { why: 'error', failure: { kind: 'job', name: 'ValidationException', status: 200 } },
      { name: 'ValidationException' },
    ],
    ['that is reset', { why: 'error', failure: RESET }, { name: 'StreamReset' }],
  ])('%s is broken, and may be billed', (_, end, failure) => {
    expect(outcomeOf(assembled(TOKEN), end)).toStrictEqual({
      outcome: 'failure',
      failure: { kind: 'broken-stream', ...failure },
      usage: ESTIMATE,
    });
  });

  test('is an answer if its time is up', () => {
    expect(outcomeOf(assembled(TOKEN), { why: 'answer-time' })).toEqual({
      outcome: 'answer',
      answer: aModelAnswer('word', { stopReason: 'time_limit', usage: ESTIMATE }),
    });
  });

  test('is aborted if its caller aborts it', () => {
    expect(outcomeOf(assembled(TOKEN), { why: 'aborted' })).toEqual({
      outcome: 'aborted',
      usage: ESTIMATE,
    });
  });
});

describe('a complete answer', () => {
  test.each(ENDS)('counts although the stream ends by %j', (end) => {
    expect(outcomeOf(assembled(TOKEN, MESSAGE_STOP), end)).toEqual({
      outcome: 'answer',
      answer: aModelAnswer('word', { usage: ESTIMATE }),
    });
  });

  test('without a token is an empty answer', () => {
    expect(outcomeOf(assembled(MESSAGE_STOP, USAGE), { why: 'ended' })).toEqual({
      outcome: 'answer',
      answer: aModelAnswer('', { usage: { inputTokens: 7, outputTokens: 2 } }),
    });
  });
});

describe('the limit after an event', () => {
  const limits = { isStreamed: true, firstTokenMs: 30_000, stallMs: 20_000, answerMs: 600_000 };

  test.each<[string, AnswerEvent[], ReturnType<typeof limitAfter>]>([
    ['before the first token goes on', [MESSAGE_START], undefined],
    ['that is a token is the limit for a pause', [TOKEN], { stop: 'stall', ms: 20_000 }],
    ['after the first token starts anew', [TOKEN, MESSAGE_START], { stop: 'stall', ms: 20_000 }],
    [
      'that completes the answer is a short wait',
      [TOKEN, MESSAGE_STOP],
      { stop: 'usage', ms: 1000 },
    ],
    ['after the complete answer goes on', [TOKEN, MESSAGE_STOP, USAGE], undefined],
  ])('%s', (_, events, limit) => {
    expect(limitAfter(events.at(-1) ?? MESSAGE_START, assembled(...events), limits)).toEqual(limit);
  });

  test('is never longer than the limit for a pause', () => {
    const short = { ...limits, stallMs: 50 };
    expect(limitAfter(MESSAGE_STOP, assembled(MESSAGE_STOP), short)?.ms).toBe(50);
  });
});

function assembled(...events: readonly AnswerEvent[]): AnswerAssembly {
  const assembly = new AnswerAssembly(30);
  for (const event of events) assembly.add(event);
  return assembly;
}

function timeout(): ModelFailure {
  return { kind: 'timeout', name: 'FirstTokenTimeout' };
}
