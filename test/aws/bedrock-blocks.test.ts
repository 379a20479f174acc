import { ConverseCommand } from '@aws-sdk/client-bedrock-runtime';
import { describe, expect, test } from '@jest/globals';
import { answerEventOf, answerOf } from '../../lambda/aws/bedrock-answer.ts';
import { jsonBlock, pieceOf, sdkBlock, startOf } from '../../lambda/aws/bedrock-blocks.ts';
import { capturingClient } from '../support/sdk-capture.ts';

const BYTES = new Uint8Array([1, 2, 3]);
const BASE64 = 'AQID';

describe('a block for the SDK', () => {
  test.each([
    [{ image: { format: 'png', source: { bytes: BASE64 } } }, ['image', 'source', 'bytes']],
    [{ document: { name: 'a', source: { bytes: BASE64 } } }, ['document', 'source', 'bytes']],
    [{ video: { format: 'mp4', source: { bytes: BASE64 } } }, ['video', 'source', 'bytes']],
    [{ audio: { format: 'mp3', source: { bytes: BASE64 } } }, ['audio', 'source', 'bytes']],
    [
      { guardContent: { image: { format: 'png', source: { bytes: BASE64 } } } },
      ['guardContent', 'image', 'source', 'bytes'],
    ],
    [{ reasoningContent: { redactedContent: BASE64 } }, ['reasoningContent', 'redactedContent']],
    [
      {
        toolResult: {
          toolUseId: 't',
          content: [{ image: { format: 'png', source: { bytes: BASE64 } } }],
        },
      },
      ['toolResult', 'content', '0', 'image', 'source', 'bytes'],
    ],
  ])('has bytes in place of base64: %j', (block, path) => {
    const bytes = path.reduce<unknown>((at, key) => Object(at)[key], sdkBlock(block));

    expect(new Uint8Array(bytes as Uint8Array)).toEqual(BYTES);
    expect(jsonBlock(sdkBlock(block) as never)).toEqual(block);
  });

  test.each([
    [{ text: 'a' }],
    [{ image: { format: 'png', source: { s3Location: { uri: 's3://a/b' } } } }],
    [{ toolUse: { toolUseId: 't', name: 'n', input: { bytes: 'AQID' } } }],
    [{ reasoningContent: { reasoningText: { text: 'a', signature: 'b' } } }],
  ])('is the same without bytes: %j', (block) => {
    expect(sdkBlock(block)).toEqual(block);
  });
});

test('numbers with many digits become the nearest numbers, because JSON has no others', async () => {
  const digits = '{"id":12345678901234567890,"share":0.1234567890123456789,"one":1.0}';
  const like = '{"type":"bigDecimal","string":"[object Object]"}';
  const body = `{"output":{"message":{"role":"assistant","content":[{"toolUse":{"toolUseId":"t","name":"n","input":{"a":[${digits},${like}]}}}]}},"stopReason":"tool_use","usage":{},"metrics":{},"additionalModelResponseFields":${digits}}`;
  const { client } = capturingClient(() => ({ contentType: 'application/json', body }));

  const answer = answerOf(await client.send(new ConverseCommand({ modelId: 'm', messages: [] })));

  const numbers = { id: 12345678901234567000, share: 0.12345678901234568, one: 1 };
  expect(JSON.parse(JSON.stringify(answer))).toMatchObject({
    message: { content: [{ toolUse: { input: { a: [numbers, JSON.parse(like)] } } }] },
    additionalModelResponseFields: numbers,
  });
});

describe('a piece of a block is', () => {
  test.each([
    [{ text: 'a' }, { text: 'a' }],
    [{ toolUse: { input: '{' } }, { toolInput: '{' }],
    [{ toolUse: { input: undefined } }, { toolInput: '' }],
    [{ toolResult: [{ text: 'a' }] }, { toolResult: [{ text: 'a' }] }],
    [{ reasoningContent: { text: 'a' } }, { reasoning: 'a' }],
    [{ reasoningContent: { signature: 'a' } }, { signature: 'a' }],
    [{ reasoningContent: { redactedContent: BYTES } }, { redacted: BASE64 }],
    [{ citation: { title: 'a' } }, { citation: { title: 'a' } }],
    [{ image: { source: { bytes: BYTES } } }, { imageBytes: BASE64 }],
    [{ image: { error: { message: 'a' } } }, {}],
    [{ $unknown: ['later', {}] }, {}],
  ])('%j', (delta, piece) => {
    expect(pieceOf(delta as never)).toStrictEqual(piece);
  });
});

test('the start of a block that this project does not know says nothing', () => {
  expect(startOf({ image: { format: 'png' } })).toEqual({ image: { format: 'png' } });
  const start = { $unknown: ['later', {}] } as never;
  expect(startOf(start)).toBeUndefined();
  const contentBlockStart = { contentBlockIndex: 0, start };
  expect(answerEventOf({ contentBlockStart })).toEqual({ type: 'other' });
});

test('an answer that is no message has no content', () => {
  const reply = { output: { $unknown: ['later', {}] }, stopReason: 'end_turn' } as never;

  expect(answerOf(reply).message.content).toEqual([]);
});
