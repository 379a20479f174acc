import { describe, expect, test } from '@jest/globals';
import type { Capabilities } from '../../../lambda/contract/capabilities.ts';
import {
  type ContentBlock,
  type Conversation,
  type Message,
  userMessage,
} from '../../../lambda/contract/conversation.ts';
import { familyOf } from '../../../lambda/contract/models.ts';
import { adaptConversation } from '../../../lambda/core/router/adapted-conversation.ts';

const SONNET_4_5 = 'us.anthropic.claude-sonnet-4-5-20250929-v1:0';
const LLAMA = 'us.meta.llama3-3-70b-instruct-v1:0';
const UNKNOWN = 'example.model-of-tomorrow';

function adapt(
  modelId: string,
  given: Partial<Conversation>,
  capabilities: Partial<Capabilities> = {},
  simplify?: string,
  chainFamily = 'claude',
) {
  const target = { region: 'us-east-1', modelId, capabilities };
  const tier = { name: 'tier', targets: [target], maxTokens: 100, simplify };
  const conversation = { messages: [userMessage('hello')], ...given };
  return adaptConversation({ target, tier, chainFamily }, conversation);
}

const mark = { cachePoint: { type: 'default' } } as const;
const thought = { reasoningContent: { reasoningText: { text: 'Hm.', signature: 'c2ln' } } };
const user = (...content: readonly ContentBlock[]): Message => ({ role: 'user', content });
const assistant = (...content: readonly ContentBlock[]): Message => ({
  role: 'assistant',
  content,
});
const search = { toolSpec: { name: 'search', inputSchema: { json: { type: 'object' } } } };

describe('a conversation is kept', () => {
  const full: Partial<Conversation> = {
    messages: [user({ text: 'a' }, mark), assistant(thought, { text: 'b' }), user({ text: 'c' })],
    system: [{ text: 'd' }, mark],
    toolConfig: { tools: [search, mark], toolChoice: { any: {} } },
    inferenceConfig: { maxTokens: 9, temperature: 0.1, topP: 0.2, stopSequences: ['e'] },
    outputConfig: { effort: 'high' },
    serviceTier: { type: 'flex' },
    performanceConfig: { latency: 'optimized' },
    requestMetadata: { team: 'blue' },
  };

  test('whole by an unknown model, except for what is another family’s own', () => {
    const { conversation, reducedBy } = adapt(UNKNOWN, full);

    expect(conversation).toEqual({
      ...full,
      messages: [user({ text: 'a' }, mark), assistant({ text: 'b' }), user({ text: 'c' })],
    });
    expect(reducedBy).toEqual(['reasoningContent']);
  });

  test('with the reasoning and the own parameters of the chain’s family', () => {
    const given = { ...full, additionalModelRequestFields: { top_k: 5 } };
    const allowed = { sampling: 'both', effort: true, serviceTier: true, latency: true } as const;

    expect(adapt(SONNET_4_5, given, allowed)).toEqual({ conversation: given, reducedBy: [] });
  });
});

describe('the parameters of a call', () => {
  test.each([
    ['no stop sequences', { maxTokens: 9 }],
    ['an empty list of stop sequences', { maxTokens: 9, stopSequences: [] }],
    ['a parameter without a value', { maxTokens: 9, temperature: undefined }],
  ])('lose nothing with %s', (_title, inferenceConfig) => {
    const { conversation, reducedBy } = adapt(LLAMA, { inferenceConfig }, { stopSequences: false });

    expect(conversation.inferenceConfig).toStrictEqual({ maxTokens: 9 });
    expect(reducedBy).toEqual([]);
  });
});

describe('the prompt cache of a model that has none', () => {
  test.each<[string, Partial<Conversation>]>([
    ['one of several blocks of a message', { messages: [user({ text: 'a' }, mark)] }],
    ['the system prompt', { system: [{ text: 'a' }, mark] }],
    ['the tools', { toolConfig: { tools: [search, mark] } }],
  ])('is not marked in %s', (_title, given) => {
    const { conversation, reducedBy } = adapt(LLAMA, given);

    expect(reducedBy).toEqual(['cachePoint']);
    expect(JSON.stringify(conversation)).not.toContain('cachePoint');
    expect(Object.keys(conversation).sort()).toEqual([
      ...new Set(['messages', ...Object.keys(given)]),
    ]);
  });

  test('is marked nowhere', () => {
    const { conversation, reducedBy } = adapt(LLAMA, {
      messages: [user({ text: 'a' }, mark)],
      system: [{ text: 'b' }, mark],
      toolConfig: { tools: [search, mark] },
    });

    expect(conversation).toEqual({
      messages: [user({ text: 'a' })],
      system: [{ text: 'b' }],
      toolConfig: { tools: [search] },
    });
    expect(reducedBy).toEqual(['cachePoint']);
  });

  test('leaves no list empty', () => {
    const { conversation } = adapt(LLAMA, { system: [mark], toolConfig: { tools: [mark] } });

    expect(conversation).toEqual({ messages: [userMessage('hello')] });
  });
});

describe('the reasoning of another family', () => {
  const fields = { additionalModelRequestFields: { thinking: { type: 'adaptive' } } };

  test('is removed, together with the family’s own parameters', () => {
    const messages = [user({ text: 'a' }), assistant(thought, { text: 'b' }), user({ text: 'c' })];

    expect(adapt(LLAMA, { ...fields, messages })).toEqual({
      conversation: {
        messages: [user({ text: 'a' }), assistant({ text: 'b' }), user({ text: 'c' })],
      },
      reducedBy: ['reasoningContent', 'additionalModelRequestFields'],
    });
  });

  test('leaves no message empty, and roles that alternate', () => {
    const messages = [
      user({ text: 'a' }),
      assistant(thought),
      { role: 'system', content: [{ text: 'b' }] } as const,
      user({ text: 'c' }),
      assistant(thought),
    ];

    expect(adapt(LLAMA, { messages }).conversation.messages).toEqual([
      user({ text: 'a' }, { text: 'c' }),
      { role: 'system', content: [{ text: 'b' }] },
    ]);
  });
});

test('a conversation never begins with an answer after a removal', () => {
  const messages = [user(mark), assistant({ text: 'a' }), user({ text: 'b' })];

  expect(adapt(LLAMA, { messages }).conversation.messages).toEqual([user({ text: 'b' })]);
});

test('a message of the system stays where it is, also before the first turn', () => {
  const system = { role: 'system', content: [{ text: 'a' }] } as const;
  const messages = [system, user(mark), user({ text: 'b' }), system];

  expect(adapt(LLAMA, { messages }).conversation.messages).toEqual([
    system,
    user({ text: 'b' }),
    system,
  ]);
});

test('messages are kept if nothing else would be left', () => {
  const messages = [{ role: 'system', content: [{ text: 'a' }] } as const, user(mark)];
  expect(adapt(LLAMA, { messages }).conversation.messages).toEqual(messages);
  expect(adapt(LLAMA, { messages: [user(mark)] }).conversation.messages).toEqual([user(mark)]);
});

describe('a forced tool', () => {
  const toolConfig = { tools: [search], toolChoice: { tool: { name: 'search' } } };
  const choice = (additionalModelRequestFields: object | undefined, modelId = SONNET_4_5) => {
    const adapted = adapt(modelId, { toolConfig, additionalModelRequestFields });
    return [adapted.conversation.toolConfig?.toolChoice, ...adapted.reducedBy];
  };

  test.each([
    [{ thinking: { type: 'enabled', budget_tokens: 2000 } }],
    [{ thinking: { type: 'adaptive' } }],
    [{ reasoning_config: { type: 'enabled' } }],
  ])('is a free choice for a model that thinks: %j', (fields) => {
    expect(choice(fields)).toEqual([{ auto: {} }, 'toolChoice']);
  });

  test.each([[undefined], [{ thinking: { type: 'disabled' } }], [{ top_k: 1 }]])(
    'stays forced without a thought: %j',
    (fields) => {
      expect(choice(fields)).toEqual([toolConfig.toolChoice]);
    },
  );

  test('stays forced for a model of another family that thinks', () => {
    const fields = { additionalModelRequestFields: { thinking: { type: 'enabled' } } };
    const family = familyOf({ region: 'us-east-1', modelId: LLAMA });
    const { conversation } = adapt(LLAMA, { toolConfig, ...fields }, {}, undefined, family);

    expect(conversation).toMatchObject({ toolConfig, ...fields });
  });

  test('is the only choice that changes', () => {
    const fields = { additionalModelRequestFields: { thinking: { type: 'enabled' } } };
    const free = { tools: [search], toolChoice: { auto: {} } };

    expect(adapt(SONNET_4_5, { toolConfig: free, ...fields }).reducedBy).toEqual([]);
    expect(adapt(SONNET_4_5, { toolConfig: { tools: [search] }, ...fields }).reducedBy).toEqual([]);
  });

  test('stays forced for a model that is not told to think', () => {
    const [chosen] = choice({ thinking: { type: 'enabled' } }, UNKNOWN);

    expect(chosen).toEqual(toolConfig.toolChoice);
  });
});

describe('an option that the model does not have is left out and named', () => {
  test.each<[string, Partial<Conversation>, Partial<Capabilities>, readonly string[]]>([
    [
      'stop sequences',
      { inferenceConfig: { stopSequences: ['a'] } },
      { stopSequences: false },
      ['stopSequences'],
    ],
    ['an effort', { outputConfig: { effort: 'low' } }, { effort: false }, ['effort']],
    [
      'a service tier',
      { serviceTier: { type: 'priority' } },
      { serviceTier: false },
      ['serviceTier'],
    ],
    [
      'a latency',
      { performanceConfig: { latency: 'optimized' } },
      { latency: false },
      ['performanceConfig'],
    ],
    ['metadata', { requestMetadata: { a: 'b' } }, { requestMetadata: false }, ['requestMetadata']],
    ['but not the default tier', { serviceTier: { type: 'default' } }, { serviceTier: false }, []],
    [
      'nor the standard latency',
      { performanceConfig: { latency: 'standard' } },
      { latency: false },
      [],
    ],
  ])('%s', (_title, given, capabilities, expected) => {
    const { conversation, reducedBy } = adapt(UNKNOWN, given, capabilities);

    expect(reducedBy).toEqual(expected);
    expect({ inferenceConfig: {}, ...conversation }).toEqual({
      messages: [userMessage('hello')],
      inferenceConfig: {},
    });
  });

  test('and the rest of it stays', () => {
    const textFormat = {
      type: 'json_schema',
      structure: { jsonSchema: { schema: '{}' } },
    } as const;
    const { conversation } = adapt(
      UNKNOWN,
      { outputConfig: { textFormat, effort: 'low' } },
      { effort: false },
    );

    expect(conversation.outputConfig).toEqual({ textFormat });
  });
});

test('a tier’s instruction is left out for a model without a system prompt', () => {
  const system = [{ text: 'Be brief.' }];

  expect(adapt(UNKNOWN, {}, {}, 'Be brief.')).toMatchObject({
    conversation: { system },
    reducedBy: ['simplify'],
  });
  expect(adapt(UNKNOWN, {}, { system: false }, 'Be brief.')).toEqual({
    conversation: { messages: [userMessage('hello')] },
    reducedBy: [],
  });
});
