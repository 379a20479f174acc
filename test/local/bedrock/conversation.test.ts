import { describe, expect, test } from '@jest/globals';
import type { Capabilities } from '../../../lambda/contract/capabilities.ts';
import { capabilitiesOf } from '../../../lambda/contract/models.ts';
import { parseConversation } from '../../../local/bedrock/conversation.ts';

const says = (role: string, ...texts: string[]) => ({
  role,
  content: texts.map((text) => ({ text })),
});

const CAN: Capabilities = {
  ...capabilitiesOf({ region: 'us-east-1', modelId: 'example.capable-of-all' }),
  contextWindow: 1000,
  maxOutputTokens: 100,
};

function parse(request: object, lacks: Partial<Capabilities> = {}) {
  const body = { messages: [says('user', 'Hello')], ...request };
  return parseConversation(JSON.stringify(body), { ...CAN, ...lacks });
}

test('counts the input of system and messages, and reserves maxTokens', () => {
  const messages = [says('user', '12345678'), says('assistant', '1234'), says('user', '12345')];

  expect(
    parse({ messages, system: [{ text: '1234' }], inferenceConfig: { maxTokens: 7 } }),
  ).toEqual({
    prompt: '12345',
    inputTokens: 6,
    maxTokens: 7,
  });
});

test('takes the last user message as the prompt, even if the answer is begun', () => {
  const messages = [says('user', 'a'), says('assistant', 'b'), says('user', 'c', 'd')];

  expect(parse({ messages: [...messages, says('assistant', 'The answer is')] })).toMatchObject({
    prompt: 'c\nd',
  });
});

test('reserves the limit of the model if maxTokens is absent', () => {
  expect(parse({})).toMatchObject({ maxTokens: 100 });
});

describe('refuses, as Bedrock does, a request with', () => {
  test.each([
    ['no messages', { messages: [] }, /must start with a user message/],
    [
      'an assistant message first',
      { messages: [says('assistant', 'Hi')] },
      /must start with a user/,
    ],
    [
      'two user messages in a row',
      { messages: [says('user', 'a'), says('user', 'b')] },
      /must alternate/,
    ],
    ['no content', { messages: [says('user')] }, /content field .* at messages.0 is empty/],
    ['blank text', { messages: [says('user', 'a', ' ')] }, /at messages.0.content.1 is blank/],
    ['an unknown role', { messages: [says('system', 'a')] }, /'messages.0.role' failed/],
    ['maxTokens of 0', { inferenceConfig: { maxTokens: 0 } }, /'inferenceConfig.maxTokens' failed/],
    [
      'maxTokens above the limit of the model',
      { inferenceConfig: { maxTokens: 101 } },
      /exceeds the model limit of 100/,
    ],
    [
      'a temperature above 1',
      { inferenceConfig: { temperature: 1.1 } },
      /'inferenceConfig.temperature'/,
    ],
    [
      'an input that is too long',
      { messages: [says('user', 'x'.repeat(4001))] },
      /Input is too long/,
    ],
  ])('%s', (_title, request, text) => {
    expect(parse(request)).toMatch(text);
  });

  test('a body that is not JSON', () => {
    expect(parseConversation('{', CAN)).toMatch(/failed to satisfy constraint/);
  });

  test('an answer that is begun, if the model refuses that', () => {
    const begun = { messages: [says('user', 'Hi'), says('assistant', 'Dear')] };

    expect(parse(begun)).toMatchObject({ prompt: 'Hi' });
    expect(parse(begun, { finalAssistantTurn: false })).toMatch(/must end with a user/);
    expect(parse({}, { finalAssistantTurn: false })).toMatchObject({ prompt: 'Hello' });
  });

  test('sampling parameters that the model refuses', () => {
    const both = { inferenceConfig: { temperature: 0.5, topP: 0.5 } };
    const one = { inferenceConfig: { topP: 0.5 } };

    expect(parse(both)).toMatchObject({ prompt: 'Hello' });
    expect(parse(both, { sampling: 'one' })).toMatch(/cannot both be specified/);
    expect(parse(one, { sampling: 'one' })).toMatchObject({ prompt: 'Hello' });
    expect(parse(one, { sampling: 'none' })).toMatch(/not supported/);
  });
});
