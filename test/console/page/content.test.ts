import { describe, expect, test } from '@jest/globals';
import { bytesOf, partsOf, settingsOf } from '../../../console/src/views/jobs/content-parts.ts';
import { visibleText } from '../../../console/src/views/visible-text.ts';

describe('the text of a model', () => {
  test('keeps its lines, spaces and markup', () => {
    const text = 'a\n  <b>bold</b>\t&amp; <script>alert(1)</script>';

    expect(visibleText(text)).toBe(text);
  });

  test('shows a sign in place of each hidden character', () => {
    expect(visibleText('\u001b[31mred\u001b[0m')).toBe('‹U+001B›[31mred‹U+001B›[0m');
    expect(visibleText('a\u0000b\u007fc\u009bd')).toBe('a‹U+0000›b‹U+007F›c‹U+009B›d');
    expect(visibleText('user\u202egnp.exe')).toBe('user‹U+202E›gnp.exe');
    expect(visibleText('one\r\ntwo\rthree')).toBe('one\ntwo‹U+000D›three');
  });
});

describe('a block of a message', () => {
  test('of text is that text', () => {
    expect(partsOf({ text: '<b>' })).toEqual([{ kind: 'text', title: 'Text', text: '<b>' }]);
  });

  test('of a tool is its name and its input', () => {
    const [part] = partsOf({
      toolUse: { toolUseId: 'call-1', name: 'wind', input: { city: 'Brest' } },
    });

    expect(part).toEqual({
      kind: 'text',
      title: 'Call of the tool wind (call-1)',
      text: '{\n  "city": "Brest"\n}',
    });
  });

  test('of a tool result is each of its parts', () => {
    const parts = partsOf({
      toolResult: {
        toolUseId: 'call-1',
        status: 'error',
        content: [{ json: { from: 'W' } }, { text: 'no wind' }],
      },
    });

    expect(parts).toEqual([
      { kind: 'text', title: 'Result of call-1, an error: JSON', text: '{\n  "from": "W"\n}' },
      { kind: 'text', title: 'Result of call-1, an error: Text', text: 'no wind' },
    ]);
  });

  test('of a file is its format and its size, or the place where it is stored', () => {
    const bytes = Buffer.from('twelve bytes').toString('base64');

    expect(partsOf({ image: { format: 'png', source: { bytes } } })).toEqual([
      { kind: 'file', title: 'Image', format: 'png', bytes: 12, base64: bytes },
    ]);
    expect(partsOf({ video: { format: 'mp4', source: { upload: 'abc' } } })).toEqual([
      { kind: 'file', title: 'Video', format: 'mp4', place: 'upload abc' },
    ]);
    expect(
      partsOf({
        document: { name: 'map', format: 'pdf', source: { s3Location: { uri: 's3://b/k' } } },
      }),
    ).toEqual([{ kind: 'file', title: 'Document map', format: 'pdf', place: 's3://b/k' }]);
  });

  test('of a document that is text is that text, with its context', () => {
    const document = { name: 'report', source: { text: 'The flag is red.' }, context: 'of 1912' };

    expect(partsOf({ document })).toEqual([
      { kind: 'text', title: 'Document report', text: 'The flag is red.' },
      { kind: 'text', title: 'Context of report', text: 'of 1912' },
    ]);
  });

  test('of a thought is its text, or its size if it is encrypted', () => {
    const redactedContent = Buffer.from('hidden').toString('base64');

    expect(partsOf({ reasoningContent: { reasoningText: { text: 'hm' } } })[0]).toMatchObject({
      text: 'hm',
    });
    expect(partsOf({ reasoningContent: { redactedContent } })[0]).toMatchObject({
      text: 'encrypted, 6 bytes',
    });
  });

  test('of another kind is its JSON', () => {
    expect(partsOf({ cachePoint: { type: 'default' } })).toEqual([
      {
        kind: 'text',
        title: 'cachePoint',
        text: '{\n  "cachePoint": {\n    "type": "default"\n  }\n}',
      },
    ]);
  });
});

test('the bytes of a text in base64 are counted without its padding', () => {
  for (const length of [0, 1, 2, 3, 4, 100]) {
    expect(bytesOf(Buffer.alloc(length).toString('base64'))).toBe(length);
  }
});

test('the settings of a request are its fields beside the messages', () => {
  const request = {
    messages: [],
    system: [{ text: 'be brief' }],
    inferenceConfig: { maxTokens: 5 },
    toolConfig: undefined,
    chain: 'default',
  };

  expect(settingsOf(request)).toEqual([
    { kind: 'text', title: 'inferenceConfig', text: '{\n  "maxTokens": 5\n}' },
    { kind: 'text', title: 'chain', text: 'default' },
  ]);
});
