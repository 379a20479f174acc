import { describe, expect, test } from '@jest/globals';
import type { Capabilities } from '../../../lambda/contract/capabilities.ts';
import { capabilitiesOf } from '../../../lambda/contract/models.ts';
import { parseConversation } from '../../../local/bedrock/conversation.ts';
import { signatureOf } from '../../../local/bedrock/thinking.ts';
import { PDF, PNG } from '../../support/media-files.ts';

const says = (role: string, ...texts: string[]) => ({
  role,
  content: texts.map((text) => ({ text })),
});
const user = (...content: object[]) => ({ role: 'user', content });
const assistant = (...content: object[]) => ({ role: 'assistant', content });

/** A model that has everything. */
const ABLE: Capabilities = {
  ...capabilitiesOf({ region: 'us-east-1', modelId: 'a.model' }),
  contextWindow: 1000,
  maxOutputTokens: 100,
};

function parse(request: object, can: Partial<Capabilities> = {}, family = 'claude') {
  const body = { messages: [says('user', 'Hello')], ...request };
  return parseConversation('converse', JSON.stringify(body), {
    capabilities: { ...ABLE, ...can },
    family,
  });
}

const refused = (text: RegExp) => ({ kind: 'validation', message: expect.stringMatching(text) });

const TOOL = { toolSpec: { name: 'clock', inputSchema: { json: { type: 'object' } } } };
const toolConfig = { tools: [TOOL] };
const call = (toolUseId: string) => ({ toolUse: { toolUseId, name: 'clock', input: {} } });
const result = (toolUseId: string) => ({ toolResult: { toolUseId, content: [{ text: '12:00' }] } });
const image = { image: { format: 'png', source: { bytes: PNG } } };
const document = (name: string) => ({
  document: { format: 'pdf', name, source: { bytes: PDF } },
});
const withSchema = (schema: object) => ({
  outputConfig: {
    textFormat: {
      type: 'json_schema',
      structure: { jsonSchema: { schema: JSON.stringify(schema) } },
    },
  },
});

test('counts the input of system and messages, and reserves maxTokens', () => {
  const messages = [says('user', '12345678'), says('assistant', '1234'), says('user', '12345')];

  expect(
    parse({ messages, system: [{ text: '1234' }], inferenceConfig: { maxTokens: 7 } }),
  ).toMatchObject({ prompt: '12345', inputTokens: 6, maxTokens: 7 });
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

test('accepts a request that uses everything', () => {
  const request = {
    messages: [
      user({ text: 'Look' }, image, document('Document 1'), { cachePoint: { type: 'default' } }),
      { role: 'system', content: [{ toolAddition: { tool: { name: 'clock' } } }] },
      assistant(
        {
          reasoningContent: {
            reasoningText: { text: 'hm', signature: signatureOf('claude', 'hm') },
          },
        },
        call('t1'),
      ),
      user(result('t1')),
    ],
    toolConfig,
    system: [{ text: 'Be brief.' }],
    guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' },
    additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
    ...withSchema({ type: 'object', properties: {}, additionalProperties: false }),
    serviceTier: { type: 'priority' },
    performanceConfig: { latency: 'optimized' },
  };

  expect(parse(request, { maxOutputTokens: 2000, contextWindow: 9000 })).toMatchObject({
    prompt: '',
    family: 'claude',
  });
});

describe('refuses, as Bedrock does, a request with', () => {
  test.each<[string, object, RegExp]>([
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
    ['an unknown role', { messages: [says('tool', 'a')] }, /'messages.0.role' failed/],
    ['a missing role', { messages: [{ content: [] }] }, /'messages.0.role' .* not be null/],
    ['an unknown field', { modelId: 'm' }, /extraneous key \[modelId\]/],
    [
      'a block of two kinds',
      { messages: [user({ text: 'a', ...image })] },
      /ContentBlock object at messages.0.content.0 must set one of the following keys: text/,
    ],
    ['a block of no kind', { messages: [user({})] }, /must set one of the following keys/],
    [
      'bytes that are not base64',
      { messages: [user({ image: { format: 'png', source: { bytes: '?' } } })] },
      /messages.0.content.0.image.source.bytes' .* base64/,
    ],
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
    ['an empty stop sequence', { inferenceConfig: { stopSequences: [''] } }, /stopSequences.0'/],
    [
      'an input that is too long',
      { messages: [says('user', 'x'.repeat(4001))] },
      /Input is too long/,
    ],
    [
      'a call of a tool, without tools',
      { messages: [says('user', 'a'), assistant(call('t1')), user(result('t1'))] },
      /toolConfig field must be defined/,
    ],
    [
      'a result without a call',
      { toolConfig, messages: [user(result('t1'))] },
      /number of toolResult blocks at messages.0.content exceeds/,
    ],
    [
      'a result of another call',
      { toolConfig, messages: [says('user', 'a'), assistant(call('t1')), user(result('t2'))] },
      /Expected toolResult blocks at messages.2.content for the following Ids: t1/,
    ],
    [
      'one result twice',
      {
        toolConfig,
        messages: [
          says('user', 'a'),
          assistant(call('t1'), call('t2')),
          user(result('t1'), result('t1')),
        ],
      },
      /duplicate Ids/,
    ],
    [
      'a call that is not answered',
      { toolConfig, messages: [says('user', 'a'), assistant(call('t1'))] },
      /messages.1: `tool_use` ids were found without `tool_result` blocks/,
    ],
    ['two tools of one name', { toolConfig: { tools: [TOOL, TOOL] } }, /clock is already defined/],
    [
      'a choice of an unknown tool',
      { toolConfig: { tools: [TOOL], toolChoice: { tool: { name: 'x' } } } },
      /tool x .* is not defined/,
    ],
    [
      'a tool whose input is no object',
      { toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json: {} } } }] } },
      /toolConfig.tools.0.toolSpec.inputSchema.json.type must be .* object/,
    ],
    ['no tool', { toolConfig: { tools: [] } }, /'toolConfig.tools'/],
    [
      'a document without text',
      { messages: [user(document('a'))] },
      /messages.0 must include a ContentBlock object with a text/,
    ],
    [
      'two documents of one name',
      { messages: [user({ text: 'a' }, document('a'), document('a'))] },
      /duplicate document names/,
    ],
    [
      'a name that may hold an instruction',
      { messages: [user({ text: 'a' }, document('a.pdf'))] },
      /file name can only contain/,
    ],
    [
      'six documents',
      { messages: [user({ text: 'a' }, ...[...'abcdef'].map(document))] },
      /more than 5 documents/,
    ],
    [
      '21 images',
      { messages: [user(...Array.from({ length: 21 }, () => image))] },
      /too many images and documents: 21/,
    ],
    [
      'an image of another format',
      { messages: [user({ image: { format: 'jpeg', source: { bytes: PNG } } })] },
      /does not match the specified image format/,
    ],
    [
      'a PDF that is none',
      {
        messages: [
          user({ text: 'a' }, { document: { format: 'pdf', name: 'a', source: { bytes: PNG } } }),
        ],
      },
      /PDF specified was not valid/,
    ],
    [
      'an image of the assistant',
      { messages: [says('user', 'a'), assistant(image), says('user', 'b')] },
      /doesn't support the image field for assistant messages/,
    ],
    [
      'a schema that is open',
      withSchema({ type: 'object', properties: { a: { type: 'object' } } }),
      /'additionalProperties' must be explicitly set to false/,
    ],
    [
      '17 entries of metadata',
      { requestMetadata: Object.fromEntries([...'abcdefghijklmnopq'].map((key) => [key, 'v'])) },
      /'requestMetadata'/,
    ],
    [
      'a path that is no JSON pointer',
      { additionalModelResponseFieldPaths: ['stop_sequence'] },
      /JSON Pointer/,
    ],
    [
      'five points of a cache',
      { system: Array.from({ length: 5 }, () => ({ cachePoint: { type: 'default' } })) },
      /maximum of 4 blocks with cache_control/,
    ],
    [
      'thinking and a forced tool',
      {
        toolConfig: { tools: [TOOL], toolChoice: { any: {} } },
        additionalModelRequestFields: { thinking: { type: 'adaptive' } },
      },
      /Thinking may not be enabled when tool_choice forces/,
    ],
    [
      'thinking and a temperature',
      {
        inferenceConfig: { temperature: 0.5 },
        additionalModelRequestFields: { thinking: { type: 'adaptive' } },
      },
      /`temperature` may only be set to 1/,
    ],
    [
      'fewer tokens than the thoughts may have',
      {
        inferenceConfig: { maxTokens: 100 },
        additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1024 } },
      },
      /`max_tokens` must be greater/,
    ],
    [
      'too few tokens for thoughts',
      { additionalModelRequestFields: { thinking: { type: 'enabled', budget_tokens: 1 } } },
      /greater than or equal to 1024/,
    ],
  ])('%s', (_title, request, text) => {
    expect(parse(request)).toEqual(refused(text));
  });

  test('a body that is not JSON', () => {
    expect(parseConversation('converse', '{')).toEqual(refused(/failed to satisfy constraint/));
  });

  test('an option of streams, without a stream', () => {
    const body = JSON.stringify({
      messages: [says('user', 'a')],
      guardrailConfig: { streamProcessingMode: 'sync' },
    });

    expect(parseConversation('converse', body)).toEqual(refused(/streamProcessingMode/));
    expect(parseConversation('converse-stream', body)).toMatchObject({ prompt: 'a' });
  });
});

describe('refuses for a model', () => {
  const begun = { messages: [says('user', 'Hi'), says('assistant', 'Dear')] };
  const both = { inferenceConfig: { temperature: 0.5, topP: 0.5 } };
  const one = { inferenceConfig: { topP: 0.5 } };

  test.each<[string, object, Partial<Capabilities>, RegExp]>([
    ['an answer that is begun', begun, { finalAssistantTurn: false }, /must end with a user/],
    ['two sampling parameters', both, { sampling: 'one' }, /cannot both be specified/],
    ['a sampling parameter', one, { sampling: 'none' }, /not supported/],
    [
      'stop sequences',
      { inferenceConfig: { stopSequences: ['END'] } },
      { stopSequences: false },
      /stopSequences/,
    ],
    ['a system prompt', { system: [{ text: 'a' }] }, { system: false }, /system messages/],
    ['an image', { messages: [user(image)] }, { image: false }, /image field for user messages/],
    [
      'an image in the result of a tool',
      {
        toolConfig,
        messages: [
          says('user', 'a'),
          assistant(call('t1')),
          user({ toolResult: { toolUseId: 't1', content: [image] } }),
        ],
      },
      { image: false },
      /image field for user messages/,
    ],
    [
      'a document',
      { messages: [user({ text: 'a' }, document('a'))] },
      { document: false },
      /doesn't support documents/,
    ],
    ['tools', { toolConfig }, { tools: false }, /doesn't support tool use/],
    [
      'a forced tool',
      { toolConfig: { tools: [TOOL], toolChoice: { any: {} } } },
      { forcedTool: false },
      /toolConfig.toolChoice.any field. Remove/,
    ],
    [
      'a guardrail',
      { guardrailConfig: { guardrailIdentifier: 'g', guardrailVersion: '1' } },
      { guardrail: false },
      /guardrailConfig/,
    ],
    [
      'a JSON schema',
      withSchema({ type: 'string' }),
      { jsonSchema: false },
      /outputConfig.textFormat/,
    ],
    ['an effort', { outputConfig: { effort: 'low' } }, { effort: false }, /outputConfig.effort/],
    [
      'a latency',
      { performanceConfig: { latency: 'optimized' } },
      { latency: false },
      /Latency performance/,
    ],
    ['a tier', { serviceTier: { type: 'flex' } }, { serviceTier: false }, /ServiceTier flex/],
  ])('%s', (_title, request, lacks, text) => {
    expect(parse(request, lacks)).toEqual(refused(text));
    expect(parse(request)).not.toHaveProperty('kind');
  });

  test('a point of a cache, with 403', () => {
    const request = { system: [{ text: 'a' }, { cachePoint: { type: 'default' } }] };

    expect(parse(request, { cachePoint: false })).toEqual({
      kind: 'access-denied',
      message: expect.stringMatching(/did not allow prompt caching/),
    });
    expect(parse(request)).not.toHaveProperty('kind');
  });

  test('what its family does not know: thinking, and the signatures of other families', () => {
    const thinking = { additionalModelRequestFields: { thinking: { type: 'adaptive' } } };
    const thought = (signature?: string) => ({
      messages: [
        says('user', 'a'),
        assistant(
          { reasoningContent: { reasoningText: { text: 'hm', signature } } },
          { text: 'b' },
        ),
        says('user', 'c'),
      ],
    });

    expect(parse(thinking, {}, 'nova')).toEqual(refused(/extraneous key \[thinking\]/));
    expect(parse(thought(signatureOf('claude', 'hm')), {}, 'nova')).toEqual(
      refused(/messages.1.content.0: Invalid `signature`/),
    );
    expect(parse(thought(signatureOf('claude', 'other')))).toEqual(refused(/Invalid `signature`/));
    expect(parse(thought())).toEqual(refused(/Invalid `signature`/));
    expect(parse(thought(signatureOf('nova', 'hm')), {}, 'nova')).toMatchObject({ prompt: 'c' });
  });
});
