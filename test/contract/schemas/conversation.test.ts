import { describe, expect, test } from '@jest/globals';
import { EXAMPLES_OF_BLOCKS } from '../../../lambda/contract/schemas/job-examples.ts';
import { parseJobRequest } from '../../../lambda/contract/schemas/jobs.ts';
import { PDF, PNG } from '../../support/media-files.ts';
import { someSettings } from '../../support/settings.ts';

const SETTINGS = someSettings();

const user = (...content: object[]) => ({ role: 'user', content });
const assistant = (...content: object[]) => ({ role: 'assistant', content });
const hello = { text: 'Hello' };
const image = { image: { format: 'png', source: { bytes: PNG } } };
const document = { document: { format: 'pdf', name: 'a', source: { bytes: PDF } } };
const call = (toolUseId = 't1') => ({ toolUse: { toolUseId, name: 'clock', input: {} } });
const result = (toolUseId = 't1') => ({ toolResult: { toolUseId, content: [] } });
const spec = { toolSpec: { name: 'clock', inputSchema: { json: { type: 'object' } } } };
const tools = { toolConfig: { tools: [spec] } };
const schema = (text: string) => ({
  prompt: 'a',
  outputConfig: {
    textFormat: { type: 'json_schema', structure: { jsonSchema: { schema: text } } },
  },
});
const asks = (...content: object[]) => ({
  messages: [user(hello), assistant(hello), user(...content)],
});

/** Returns `field: detail` for each fault. */
function faultsOf(body: object): readonly string[] {
  const parsed = parseJobRequest(JSON.parse(JSON.stringify(body)), SETTINGS);
  return parsed.valid ? [] : parsed.errors.map(({ field, detail }) => `${field}: ${detail}`);
}

const OF_CONTENT =
  'got an object, allowed is exactly one of text, image, document, video, audio, toolUse, toolResult, guardContent, cachePoint, reasoningContent, citationsContent, searchResult, toolAddition, toolRemoval';
const OF_FILE = 'got an object, allowed is exactly one of bytes, s3Location, upload';
const SCHEMA = 'outputConfig.textFormat.structure.jsonSchema.schema: got a text, allowed is';
const CLOSED = `${SCHEMA} a schema in which each object has additionalProperties: false; it is missing at`;
const NO_RESULT = 'got no result, allowed is a call whose toolResult is in the next message';
const NO_CALL =
  'got no open call, allowed is the toolUseId of a toolUse in the message before, once';
const withSource = (source: object) => asks(hello, { image: { format: 'png', source } });
const source = 'messages[2].content[1].image.source';
const toolSpec = (json: unknown) => ({
  prompt: 'a',
  toolConfig: { tools: [{ toolSpec: { name: 'a', inputSchema: { json } } }] },
});
const open = {
  type: 'object',
  additionalProperties: false,
  properties: { a: { type: 'array', items: { properties: {} } } },
};
const answer = (...content: object[]) => ({
  messages: [user(hello), assistant(...content), user(hello)],
});

describe('a body gets the path and what is allowed, if it has', () => {
  test.each<[string, object, string]>([
    ['an unknown field', { ...asks(hello), topK: 1 }, 'topK: no such field'],
    [
      'a block of two kinds',
      asks({ text: 'a', ...image }),
      `messages[2].content[0]: ${OF_CONTENT}`,
    ],
    ['a block of no kind', asks({}), `messages[2].content[0]: ${OF_CONTENT}`],
    ['a block of an unknown kind', asks({ txt: 'a' }), 'messages[2].content[0].txt: no such field'],
    [
      'an unknown format',
      asks(hello, { image: { format: 'bmp', source: { bytes: PNG } } }),
      'messages[2].content[1].image.format: got a text, allowed is one of "gif", "jpeg", "png", "webp"',
    ],
    [
      'bytes that are not base64',
      withSource({ bytes: '???' }),
      `${source}.bytes: got a text, allowed is a file in base64`,
    ],
    ['a file from nowhere', withSource({}), `${source}: ${OF_FILE}`],
    [
      'a file from two places',
      withSource({ bytes: PNG, upload: 'a'.repeat(32) }),
      `${source}: ${OF_FILE}`,
    ],
    [
      'an upload that cannot exist',
      withSource({ upload: 'a' }),
      `${source}.upload: got a text, allowed is the id of an upload`,
    ],
    [
      'an address outside S3',
      withSource({ s3Location: { uri: 'https://a' } }),
      `${source}.s3Location.uri: got a text, allowed is an s3:// address`,
    ],
    [
      'an image of the assistant',
      answer(image),
      'messages[1].content[0].image: allowed for the role assistant is one of text, toolUse, toolResult, reasoningContent, citationsContent, guardContent, cachePoint',
    ],
    [
      'an image of the system',
      { messages: [user(hello), { role: 'system', content: [image] }] },
      'messages[1].content[0].image: allowed for the role system is one of text, toolAddition, toolRemoval, guardContent, cachePoint',
    ],
    [
      'a call of the user',
      { ...tools, messages: [user(call())] },
      'messages[0].content[0].toolUse: allowed for the role user is one of text, image, document, video, audio, searchResult, toolResult, guardContent, cachePoint',
    ],
    [
      'a document without text',
      asks(document),
      'messages[2].content: got a document without text, allowed is a document beside a block of text',
    ],
    [
      'a document with a file name',
      asks(hello, { document: { ...document.document, name: 'a.pdf' } }),
      'messages[2].content[1].document.name: got a text, allowed is letters, digits, hyphens, parentheses, square brackets and single spaces',
    ],
    [
      'six documents',
      asks(hello, ...Array.from({ length: 6 }, () => document)),
      'messages[2].content: got 6 documents, allowed are at most 5',
    ],
    [
      '21 images',
      asks(hello, ...Array.from({ length: 21 }, () => image)),
      'messages[2].content: got 21 images, allowed are at most 20',
    ],
    [
      'a result without a call',
      { ...tools, messages: [user(result())] },
      `messages[0].content[0].toolResult.toolUseId: ${NO_CALL}`,
    ],
    [
      'a result of a call that is answered',
      { ...tools, messages: [user(hello), assistant(call()), user(result(), result())] },
      `messages[2].content[1].toolResult.toolUseId: ${NO_CALL}`,
    ],
    [
      'a call that the next message does not answer',
      { ...tools, messages: [user(hello), assistant(call()), user(hello)] },
      `messages[1].content[0].toolUse: ${NO_RESULT}`,
    ],
    [
      'a call at the end',
      { ...tools, messages: [user(hello), assistant(call())] },
      `messages[1].content[0].toolUse: ${NO_RESULT}`,
    ],
    [
      'two calls of one id',
      { ...tools, messages: [user(hello), assistant(call(), call()), user(result())] },
      'messages[1].content[1].toolUse.toolUseId: got an id twice, allowed is another id',
    ],
    [
      'a call without tools',
      { messages: [user(hello), assistant(call()), user(result())] },
      'toolConfig: allowed is the list of tools, because messages[1].content[0] has a toolUse or a toolResult',
    ],
    [
      'an id with spaces',
      { ...tools, messages: [user(hello), assistant(call('a b')), user(result('a b'))] },
      'messages[1].content[0].toolUse.toolUseId: got a text, allowed is 1 to 64 letters, digits, underscores and hyphens',
    ],
    [
      'no tool',
      { prompt: 'a', toolConfig: { tools: [] } },
      'toolConfig.tools: got a list, allowed is at least 1 item',
    ],
    [
      'two tools of one name',
      { prompt: 'a', toolConfig: { tools: [spec, spec] } },
      'toolConfig.tools: got one name twice, allowed are other names',
    ],
    [
      'a choice of an unknown tool',
      { prompt: 'a', toolConfig: { tools: [spec], toolChoice: { tool: { name: 'x' } } } },
      'toolConfig.toolChoice.tool.name: got an unknown tool, allowed is the name of a tool in toolConfig.tools',
    ],
    [
      'two choices of a tool',
      { prompt: 'a', toolConfig: { tools: [spec], toolChoice: { auto: {}, any: {} } } },
      'toolConfig.toolChoice: got an object, allowed is exactly one of auto, any, tool',
    ],
    [
      'a tool with a text for a schema',
      toolSpec('text'),
      'toolConfig.tools[0].toolSpec.inputSchema.json: got a text, allowed is an object',
    ],
    [
      'a tool whose input is a list',
      toolSpec({ type: 'array' }),
      'toolConfig.tools[0].toolSpec.inputSchema.json: got an object, allowed is a JSON schema of the type object',
    ],
    ['a schema that is not JSON', schema('{'), `${SCHEMA} a JSON schema as a text`],
    ['a schema that is a list', schema('[]'), `${SCHEMA} a JSON schema as a text`],
    ['a schema that is open', schema('{"type":"object"}'), `${CLOSED} the root`],
    ['a schema that is open inside', schema(JSON.stringify(open)), `${CLOSED} properties.a.items`],
    ['a schema too long', schema('['.repeat(100_001)), `${SCHEMA} at most 100000 characters`],
    [
      'an unknown effort',
      { prompt: 'a', outputConfig: { effort: 'most' } },
      'outputConfig.effort: got a text, allowed is one of "low", "medium", "high", "xhigh", "max"',
    ],
    [
      'a model',
      { prompt: 'a', modelId: 'm' },
      'modelId: allowed is a chain instead: name it in chain, or leave it out for the default',
    ],
    [
      'variables of a prompt',
      { prompt: 'a', promptVariables: {} },
      'promptVariables: allowed is no prompt variable, because a job has no prompt’s ARN',
    ],
    [
      'no guardrail in the configuration of one',
      { prompt: 'a', guardrailConfig: {} },
      'guardrailConfig.guardrailIdentifier: got nothing, allowed is a text',
    ],
    [
      'a list of a model’s own parameters',
      { prompt: 'a', additionalModelRequestFields: [] },
      'additionalModelRequestFields: got a list, allowed is an object',
    ],
    [
      'a path that is no JSON pointer',
      { prompt: 'a', additionalModelResponseFieldPaths: ['stop_sequence'] },
      'additionalModelResponseFieldPaths[0]: got a text, allowed is a JSON pointer',
    ],
    [
      'a name of metadata with other characters',
      { prompt: 'a', requestMetadata: { '!': 'a' } },
      'requestMetadata.!: got a text, allowed is a name with 1 to 256 letters, digits, spaces and : _ @ $ # = / + , . -',
    ],
    [
      'metadata with other characters',
      { prompt: 'a', requestMetadata: { a: '!' } },
      'requestMetadata.a: got a text, allowed is at most 256 letters, digits, spaces and : _ @ $ # = / + , . -',
    ],
    [
      '17 entries of metadata',
      {
        prompt: 'a',
        requestMetadata: Object.fromEntries([...'abcdefghijklmnopq'].map((key) => [key, 'v'])),
      },
      'requestMetadata: got an object, allowed is at most 16 entries',
    ],
    [
      'an unknown tier',
      { prompt: 'a', serviceTier: { type: 'fast' } },
      'serviceTier.type: got a text, allowed is one of "default", "flex", "priority", "reserved"',
    ],
    [
      'an unknown latency',
      { prompt: 'a', performanceConfig: { latency: 'slow' } },
      'performanceConfig.latency: got a text, allowed is one of "standard", "optimized"',
    ],
    [
      'an image in the system prompt',
      { prompt: 'a', system: [image] },
      'system[0].image: no such field',
    ],
    [
      'no block of a system prompt',
      { prompt: 'a', system: [] },
      'system: got a list, allowed is at least 1 item',
    ],
    [
      'an unknown time of a cache',
      asks({ cachePoint: { type: 'default', ttl: '2h' } }),
      'messages[2].content[0].cachePoint.ttl: got a text, allowed is one of "5m", "1h"',
    ],
    [
      'a thought without text',
      answer({ reasoningContent: { reasoningText: {} } }),
      'messages[1].content[0].reasoningContent.reasoningText.text: got nothing, allowed is a text',
    ],
    [
      'a citation at two places',
      answer({ citationsContent: { citations: [{ location: { web: {}, documentChar: {} } }] } }),
      'messages[1].content[0].citationsContent.citations[0].location: got an object, allowed is exactly one of web, documentChar, documentPage, documentChunk, searchResultLocation',
    ],
    [
      'half a character',
      asks({ text: '\ud800' }),
      'messages[2].content[0].text: got a text, allowed is text without unpaired surrogates',
    ],
    [
      'a number for a text',
      asks({ text: 7 }),
      'messages[2].content[0].text: got 7, allowed is a text',
    ],
    [
      'a blank text',
      asks({ text: ' ' }),
      'messages[2].content[0].text: got a text, allowed is text that is not blank',
    ],
    [
      'a message without blocks',
      { messages: [user()] },
      'messages[0].content: got a list, allowed is at least 1 item',
    ],
    [
      'a number for blocks',
      { messages: [{ role: 'user', content: 7 }] },
      'messages[0].content: got 7, allowed is a text or a list',
    ],
    [
      'a message with the fields of another API',
      { messages: [{ role: 'user', content: 'a', name: 'b' }] },
      'messages[0].name: no such field',
    ],
  ])('%s', (_, body, fault) => {
    expect(faultsOf(body)[0]).toBe(fault);
  });
});

describe('a body is accepted with', () => {
  test.each<[string, object]>([
    [
      'results of calls, and a message of the system between',
      {
        ...tools,
        messages: [
          user(hello),
          assistant(hello, call('t1'), call('t2')),
          { role: 'system', content: [hello] },
          user(result('t2'), result('t1'), hello),
        ],
      },
    ],
    [
      'a call of the model’s own tool with its result',
      {
        ...tools,
        ...answer(
          { toolUse: { toolUseId: 's1', name: 'web', input: {}, type: 'server_tool_use' } },
          { toolResult: { toolUseId: 's1', content: [], type: 'web_search_tool_result' } },
        ),
      },
    ],
    [
      'the same id in two turns',
      {
        ...tools,
        messages: [
          ...[user(hello), assistant(call()), user(result())],
          ...[assistant(call()), user(result())],
        ],
      },
    ],
    ['an enum with a word of schemas', schema('{"enum":[{"type":"object"}]}')],
    ['the beginning of the answer', { messages: [user(hello), assistant(hello)] }],
  ])('%s', (_, body) => {
    expect(faultsOf(body)).toEqual([]);
  });
});

test('the examples in the document of the API are valid', () => {
  expect(EXAMPLES_OF_BLOCKS.map(faultsOf)).toEqual([[], []]);
});

test('a string for system or content stands for one block of text', () => {
  const parsed = parseJobRequest(
    { system: 'Be brief.', messages: [{ role: 'user', content: 'Hello' }] },
    SETTINGS,
  );

  expect(parsed).toMatchObject({
    valid: true,
    value: {
      conversation: {
        system: [{ text: 'Be brief.' }],
        messages: [{ content: [{ text: 'Hello' }] }],
      },
    },
  });
});
