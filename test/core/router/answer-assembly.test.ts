import { describe, expect, test } from '@jest/globals';
import { AnswerAssembly, type AnswerEvent } from '../../../lambda/core/router/answer-assembly.ts';
import type { Piece } from '../../../lambda/core/router/draft-block.ts';

const INPUT_TOKENS = 30;

describe('an answer', () => {
  test('is the text of its pieces, block by block', () => {
    const { answer } = assembled(
      text('Hello ', 0),
      text('wor', 2),
      text('ld', 2),
      text('dear ', 1),
      stop('end_turn'),
    );
    expect(answer.message.content).toEqual([
      { text: 'Hello ' },
      { text: 'dear ' },
      { text: 'world' },
    ]);
    expect(answer.stopReason).toBe('end_turn');
  });

  test('that is not complete has the stop reason time_limit', () => {
    const assembly = assembled(text('Once upon'));
    expect(assembly.isComplete).toBe(false);
    expect(assembly.answer.stopReason).toBe('time_limit');
  });

  test('is complete with the stop of its message, before its usage arrives', () => {
    const assembly = assembled(text('Hi'), stop('max_tokens'));
    expect(assembly.isComplete).toBe(true);
    expect(assembly.answer.stopReason).toBe('max_tokens');
  });
});

describe('the trace of a guardrail', () => {
  const answerWith = (given: object) => {
    const event = { ...usage(1, 1), ...given };
    return assembled(text('Hi'), stop('end_turn'), event).answer;
  };

  test('comes with the usage, if there is one', () => {
    expect(answerWith({ trace: { guardrail: {} } }).trace).toEqual({ guardrail: {} });
    expect(answerWith({})).not.toHaveProperty('trace');
  });
});

describe('a token is', () => {
  test.each([
    ['text', text('H')],
    ['reasoning', piece({ reasoning: 'h' })],
    ['a tool’s input', input('{')],
  ])('%s', (_, event) => {
    expect(assembled(event).hasToken).toBe(true);
  });

  test.each<[string, AnswerEvent]>([
    ['the start of the message', { type: 'other' }],
    ['the start of a tool call', toolCallStart(0)],
    ['an empty piece', text('')],
    ['the stop of the message', stop('end_turn')],
    ['the usage', usage(1, 1)],
  ])('not %s', (_, event) => {
    expect(assembled(event).hasToken).toBe(false);
  });
});

describe('a cut answer', () => {
  const toolCall = toolCallStart(1);
  const end: AnswerEvent = { type: 'block-stop', block: 1 };

  test.each<[string, true | undefined, AnswerEvent[]]>([
    ['before the tool call’s block has stopped', true, [toolCall, input('{"a":1}', 1)]],
    ['before the tool call’s input begins', true, [toolCall]],
    ['after another block has stopped', true, [toolCall, { type: 'block-stop', block: 0 }]],
    ['after the tool call', undefined, [toolCall, input('{"a":1}', 1), end]],
    [
      'in a text after the tool call',
      undefined,
      [toolCall, input('{"a":1}', 1), end, text('so', 2)],
    ],
    ['in a text', undefined, []],
  ])('%s: has a broken tool call = %s', (_, isBroken, events) => {
    expect(assembled(text('Let me see'), ...events).answer.hasBrokenToolCall).toBe(isBroken);
  });

  test('has no broken tool call once the message has stopped', () => {
    expect(assembled(toolCall, input('{"a":1}', 1), stop('tool_use')).answer).not.toHaveProperty(
      'hasBrokenToolCall',
    );
  });
});

describe('the usage', () => {
  test('is the reported one', () => {
    const { answer } = assembled(text('Hi'), stop('end_turn'), usage(7, 2));
    expect(answer.usage).toEqual({ inputTokens: 7, outputTokens: 2 });
  });

  test('is estimated until it is reported: 4 bytes a token, whatever the kind of the block', () => {
    const assembly = assembled(text('four'), input('{"a"', 1), piece({ reasoning: 'h' }, 2));
    const estimate = { inputTokens: INPUT_TOKENS, outputTokens: 3, estimated: true };
    expect(assembly.usage).toEqual(estimate);
    expect(assembly.answer.usage).toEqual(estimate);
  });
});

function assembled(...events: readonly AnswerEvent[]): AnswerAssembly {
  const assembly = new AnswerAssembly(INPUT_TOKENS);
  for (const event of events) assembly.add(event);
  return assembly;
}

function text(piece: string, block = 0): AnswerEvent {
  return { type: 'content', block, piece: { text: piece }, bytes: Buffer.byteLength(piece) };
}

function toolCallStart(block: number): AnswerEvent {
  const toolUse = { toolUseId: 'tool-1', name: 'weather' };
  return { type: 'block-start', block, start: { toolUse } };
}

function input(toolInput: string, block = 0): AnswerEvent {
  return { type: 'content', block, piece: { toolInput }, bytes: Buffer.byteLength(toolInput) };
}

/** A piece of a length of one byte. */
function piece(given: Piece, block = 0): AnswerEvent {
  return { type: 'content', block, piece: given, bytes: 1 };
}

function stop(stopReason: string): AnswerEvent {
  return { type: 'message-stop', stopReason };
}

function usage(inputTokens: number, outputTokens: number): AnswerEvent {
  return { type: 'usage', usage: { inputTokens, outputTokens } };
}
