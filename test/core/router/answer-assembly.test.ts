import { describe, expect, test } from '@jest/globals';
import { AnswerAssembly, type AnswerEvent } from '../../../lambda/core/router/answer-assembly.ts';

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
    expect(answer).toMatchObject({ text: 'Hello dear world', stopReason: 'end_turn' });
  });

  test('has no part of the reasoning or of a tool’s input', () => {
    const { answer } = assembled(
      content(9, 0),
      text('Hi', 1),
      { type: 'tool-call', block: 2 },
      content(5, 2),
    );
    expect(answer.text).toBe('Hi');
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

describe('a token is', () => {
  test.each([
    ['text', text('H')],
    ['reasoning or a tool’s input', content(1)],
  ])('%s', (_, event) => {
    expect(assembled(event).hasToken).toBe(true);
  });

  test.each<[string, AnswerEvent]>([
    ['the start of the message', { type: 'other' }],
    ['the start of a tool call', { type: 'tool-call', block: 0 }],
    ['an empty piece', text('')],
    ['the stop of the message', stop('end_turn')],
    ['the usage', usage(1, 1)],
  ])('not %s', (_, event) => {
    expect(assembled(event).hasToken).toBe(false);
  });
});

describe('a cut answer', () => {
  const toolCall: AnswerEvent = { type: 'tool-call', block: 1 };
  const end: AnswerEvent = { type: 'block-stop', block: 1 };

  test.each<[string, true | undefined, AnswerEvent[]]>([
    ['before the tool call’s block has stopped', true, [toolCall, content(4, 1)]],
    ['before the tool call’s input begins', true, [toolCall]],
    ['after another block has stopped', true, [toolCall, { type: 'block-stop', block: 0 }]],
    ['after the tool call', undefined, [toolCall, content(4, 1), end]],
    ['in a text after the tool call', undefined, [toolCall, content(4, 1), end, text('so', 2)]],
    ['in a text', undefined, []],
  ])('%s: in a tool call = %s', (_, inToolCall, events) => {
    expect(assembled(text('Let me see'), ...events).answer.inToolCall).toBe(inToolCall);
  });

  test('is never in a tool call once the message has stopped', () => {
    expect(assembled(toolCall, content(4, 1), stop('tool_use')).answer).not.toHaveProperty(
      'inToolCall',
    );
  });
});

describe('the usage', () => {
  test('is the reported one', () => {
    const { answer } = assembled(text('Hi'), stop('end_turn'), usage(7, 2));
    expect(answer.usage).toEqual({ inputTokens: 7, outputTokens: 2 });
  });

  test('is estimated until it is reported: 4 bytes a token, whatever the kind of the block', () => {
    const assembly = assembled(text('four'), content(4, 1), content(1, 2));
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
  return { type: 'content', block, text: piece, bytes: Buffer.byteLength(piece) };
}

function content(bytes: number, block = 0): AnswerEvent {
  return { type: 'content', block, bytes };
}

function stop(stopReason: string): AnswerEvent {
  return { type: 'message-stop', stopReason };
}

function usage(inputTokens: number, outputTokens: number): AnswerEvent {
  return { type: 'usage', usage: { inputTokens, outputTokens } };
}
