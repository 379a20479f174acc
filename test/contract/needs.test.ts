import { describe, expect, test } from '@jest/globals';
import { NEEDS } from '../../lambda/contract/capabilities.ts';
import {
  type ContentBlock,
  type Conversation,
  type Message,
  userMessage,
} from '../../lambda/contract/conversation.ts';
import { lacksOf, needsOf } from '../../lambda/contract/needs.ts';

const image = { format: 'png', source: { bytes: 'AAAA' } };
const document = { format: 'pdf', name: 'a', source: { upload: 'b' } };
const toolResult = (content: readonly ContentBlock[]) => ({
  toolResult: { toolUseId: 'one', content },
});
const says = (...content: readonly ContentBlock[]): Message => ({ role: 'user', content });

function needs(conversation: Partial<Conversation>) {
  const all = needsOf({ messages: [userMessage('hello')], ...conversation });
  return all.map(({ need, path }) => `${need} ${path}`);
}

const tools = [{ systemTool: { name: 'search' } }];
const textFormat = {
  type: 'json_schema',
  structure: { jsonSchema: { schema: '{}' } },
} as const;

describe('the needs of a conversation', () => {
  test.each<[string, Partial<Conversation>, readonly string[]]>([
    ['are none for text', {}, []],
    [
      'are its files, each kind once, with the path of the first one',
      {
        messages: [
          says({ text: 'a' }, { image }, { document }),
          { role: 'assistant', content: [{ text: 'b' }] },
          says({ image }, { video: image }, { audio: image }),
        ],
      },
      [
        'image messages[0].content[1].image',
        'document messages[0].content[2].document',
        'video messages[2].content[1].video',
        'audio messages[2].content[2].audio',
      ],
    ],
    [
      'are the files in the results of its tools',
      { messages: [says(toolResult([{ text: 'a' }, { image }]))] },
      ['image messages[0].content[0].toolResult.content[1].image'],
    ],
    ['are tools', { toolConfig: { tools, toolChoice: { auto: {} } } }, ['tools toolConfig']],
    [
      'are tools of which one must be called',
      { toolConfig: { tools, toolChoice: { any: {} } } },
      ['tools toolConfig', 'forcedTool toolConfig.toolChoice'],
    ],
    [
      'are tools of which a certain one must be called',
      { toolConfig: { tools, toolChoice: { tool: { name: 'search' } } } },
      ['tools toolConfig', 'forcedTool toolConfig.toolChoice'],
    ],
    ['are a JSON schema', { outputConfig: { textFormat } }, ['jsonSchema outputConfig.textFormat']],
    ['are no effort, which is a preference', { outputConfig: { effort: 'low' } }, []],
    [
      'are the beginning of its answer',
      { messages: [userMessage('a'), { role: 'assistant', content: [{ text: 'b' }] }] },
      ['finalAssistantTurn messages[1]'],
    ],
    ['are a system prompt', { system: [{ text: 'a' }] }, ['system system']],
    [
      'are an instruction between its turns, which is no turn',
      { messages: [userMessage('a'), { role: 'system', content: [{ text: 'b' }] }] },
      ['system messages[1]'],
    ],
    [
      'are a guardrail',
      { guardrailConfig: { guardrailIdentifier: 'strict' } },
      ['guardrail guardrailConfig.guardrailIdentifier'],
    ],
  ])('%s', (_title, conversation, expected) => {
    expect(needs(conversation)).toEqual(expected);
  });
});

describe('a target lacks', () => {
  const target = { region: 'us-east-1', modelId: 'us.amazon.nova-micro-v1:0' };
  const all = NEEDS.map((need) => ({ need, path: need }));

  test('the needs that its model cannot meet', () => {
    expect(lacksOf(target, all, {})).toEqual([
      ...['image', 'document', 'video', 'audio', 'jsonSchema'],
    ]);
  });

  test('what the settings deny, and not what they add', () => {
    const capabilities = { image: true, tools: false };
    const lacks = lacksOf({ ...target, capabilities }, all, {});

    expect(lacks).toContain('tools');
    expect(lacks).not.toContain('image');
  });

  test('nothing if its model is not known', () => {
    expect(lacksOf({ region: 'us-east-1', modelId: 'example.model' }, all, {})).toEqual([]);
  });

  const guardrails = { strict: { 'us-east-1': { id: 'abc', version: '1' } } };
  const guarded = (guardrail: string) => [{ need: 'guardrail', path: 'a', guardrail } as const];
  const west = { ...target, region: 'us-west-2' };

  test('a guardrail that the settings have only in other Regions', () => {
    expect(lacksOf(target, guarded('strict'), guardrails)).toEqual([]);
    expect(lacksOf(west, guarded('strict'), guardrails)).toEqual(['guardrail']);
  });

  test.each(['abc', 'constructor'])('no guardrail named by its own id, such as %s', (id) => {
    expect(lacksOf(west, guarded(id), guardrails)).toEqual([]);
  });

  test('any guardrail if it takes none', () => {
    const unguarded = { ...target, capabilities: { guardrail: false } };

    expect(lacksOf(unguarded, guarded('strict'), guardrails)).toEqual(['guardrail']);
  });
});
