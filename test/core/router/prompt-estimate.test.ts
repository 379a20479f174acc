import { expect, test } from '@jest/globals';
import type { ContentBlock, Conversation } from '../../../lambda/contract/conversation.ts';
import { estimatedTokens } from '../../../lambda/core/router/prompt-estimate.ts';

/** Base64 of 3,000 bytes. */
const BYTES = 'AAAA'.repeat(1000);

const S3 = { s3Location: { uri: 's3://a/b' } };

function tokensOf(...content: ContentBlock[]): number {
  return estimatedTokens({ messages: [{ role: 'user', content }] }, {});
}

test.each<[string, ContentBlock, number]>([
  ['a text: a token for 4 bytes', { text: '€€€€' }, 3],
  ['an image: a small one', { image: { format: 'png', source: { bytes: BYTES } } }, 500],
  [
    'a PDF: pages of 100 bytes a token',
    { document: { format: 'pdf', name: 'a', source: { bytes: BYTES } } },
    30,
  ],
  ['a document of text', { document: { format: 'md', name: 'a', source: { bytes: BYTES } } }, 750],
  ['a document whose text is given', { document: { name: 'a', source: { text: '12345' } } }, 2],
  [
    'a document whose parts are given',
    { document: { name: 'a', source: { content: [{ text: '1234' }, { text: '12345' }] } } },
    3,
  ],
  [
    'a document in S3: nothing is known',
    { document: { format: 'pdf', name: 'a', source: { s3Location: { uri: 's3://a/b' } } } },
    0,
  ],
  ['a video', { video: { format: 'mp4', source: { bytes: BYTES } } }, 30],
  ['a video in S3: nothing is known', { video: { format: 'mp4', source: S3 } }, 0],
  ['sound', { audio: { format: 'mp3', source: { bytes: BYTES } } }, 30],
  ['a text that a guardrail reads', { guardContent: { text: { text: '12345' } } }, 2],
  [
    'an image that a guardrail reads',
    { guardContent: { image: { format: 'png', source: { bytes: BYTES } } } },
    500,
  ],
  [
    'the result of a tool',
    { toolResult: { toolUseId: 't', content: [{ text: '12345' }, { json: { a: 1 } }] } },
    4,
  ],
  ['a call: its JSON', { toolUse: { toolUseId: 't', name: 'n', input: { a: 1 } } }, 14],
])('estimates %s', (_, block, tokens) => {
  expect(tokensOf(block)).toBe(tokens);
});

test.each(['csv', 'html', 'md', 'txt'] as const)('a document in %s is text', (format) => {
  expect(tokensOf({ document: { format, name: 'a', source: { bytes: BYTES } } })).toBe(750);
});

test('counts the system prompt, the instruction of the tier, the tools and the schema, too', () => {
  const conversation: Conversation = { messages: [{ role: 'user', content: [{ text: '1234' }] }] };
  const tool = { toolSpec: { name: 'n', inputSchema: { json: { type: 'object' } } } };
  const jsonSchema = { schema: '12345678' };

  expect(estimatedTokens(conversation, {})).toBe(1);
  expect(estimatedTokens({ ...conversation, system: [{ text: '12345678' }] }, {})).toBe(3);
  expect(estimatedTokens(conversation, { simplify: '12345678' })).toBe(3);
  expect(estimatedTokens({ ...conversation, toolConfig: { tools: [tool] } }, {})).toBe(
    1 + Math.ceil(JSON.stringify([tool]).length / 4),
  );
  const textFormat = { type: 'json_schema' as const, structure: { jsonSchema } };
  expect(estimatedTokens({ ...conversation, outputConfig: { textFormat } }, {})).toBe(3);
  expect(estimatedTokens({ ...conversation, outputConfig: { effort: 'low' } }, {})).toBe(1);
});
