import { describe, expect, test } from '@jest/globals';
import {
  type BlockStart,
  DraftBlock,
  type Piece,
} from '../../../lambda/core/router/draft-block.ts';

function drafted(
  pieces: readonly Piece[],
  { start, hasEnded = true }: { start?: BlockStart; hasEnded?: boolean } = {},
) {
  const draft = new DraftBlock();
  if (start) draft.begin(start);
  for (const piece of pieces) draft.add(piece);
  if (hasEnded) draft.end();
  return draft;
}

const toolUse = { toolUseId: 't', name: 'clock' };
const base64 = (text: string) => Buffer.from(text).toString('base64');

describe('the pieces of a block become', () => {
  test.each<[string, readonly Piece[], BlockStart | undefined, object]>([
    ['a text', [{ text: 'a' }, { text: 'b' }], undefined, { text: 'ab' }],
    [
      'a call',
      [{ toolInput: '{"a":' }, { toolInput: '1}' }],
      { toolUse },
      { toolUse: { ...toolUse, input: { a: 1 } } },
    ],
    ['a call without input', [], { toolUse }, { toolUse: { ...toolUse, input: {} } }],
    [
      'a call with blanks',
      [{ toolInput: ' ' }, {}],
      { toolUse },
      { toolUse: { ...toolUse, input: {} } },
    ],
    [
      'a thought that only its signature shows',
      [{ signature: 's' }],
      undefined,
      { reasoningContent: { reasoningText: { text: '', signature: 's' } } },
    ],
    [
      'a result of the model’s own tool',
      [{ toolResult: [{ text: 'a' }] }, { toolResult: [{ json: 1 }] }],
      { toolResult: { toolUseId: 't', type: 'web' } },
      { toolResult: { toolUseId: 't', type: 'web', content: [{ text: 'a' }, { json: 1 }] } },
    ],
    [
      'an image',
      [{ imageBytes: base64('abc') }, { imageBytes: base64('d') }],
      { image: { format: 'png' } },
      { image: { format: 'png', source: { bytes: base64('abcd') } } },
    ],
    [
      'a thought',
      [{ reasoning: 'h' }, { reasoning: 'm' }, { signature: 's' }, { signature: 'g' }],
      undefined,
      { reasoningContent: { reasoningText: { text: 'hm', signature: 'sg' } } },
    ],
    [
      'a thought without a signature',
      [{ reasoning: 'hm' }],
      undefined,
      { reasoningContent: { reasoningText: { text: 'hm' } } },
    ],
    [
      'a hidden thought, whose bytes do not end where its pieces do',
      [{ redacted: base64('a') }, { redacted: base64('bc') }],
      undefined,
      { reasoningContent: { redactedContent: base64('abc') } },
    ],
    [
      'a text with citations',
      [{ text: 'a' }, { citation: { title: 't' } }],
      undefined,
      { citationsContent: { content: [{ text: 'a' }], citations: [{ title: 't' }] } },
    ],
    [
      'citations alone',
      [{ citation: { title: 't' } }],
      undefined,
      { citationsContent: { content: [], citations: [{ title: 't' }] } },
    ],
  ])('%s', (_, pieces, start, block) => {
    expect(drafted(pieces, { start }).block(true)).toStrictEqual([block]);
  });

  test('nothing if there are none', () => {
    expect(drafted([]).block(true)).toEqual([]);
  });
});

test('an image that has ended is kept, although its answer was cut', () => {
  const image = drafted([{ imageBytes: base64('a') }], { start: { image: { format: 'png' } } });

  expect(image.block(false)).toHaveLength(1);
});

describe('a block that has not ended', () => {
  test.each<[string, readonly Piece[], BlockStart | undefined]>([
    ['no call', [{ toolInput: '{}' }], { toolUse }],
    ['no image', [{ imageBytes: base64('a') }], { image: { format: 'png' } }],
    ['no thought, which has no signature yet', [{ reasoning: 'h' }], undefined],
  ])('is %s', (_, pieces, start) => {
    expect(drafted(pieces, { start, hasEnded: false }).block(false)).toEqual([]);
  });

  test('is the text so far', () => {
    expect(drafted([{ text: 'a' }], { hasEnded: false }).block(false)).toEqual([{ text: 'a' }]);
  });

  test('is whole once the answer has ended', () => {
    const call = drafted([{ toolInput: '{}' }], { start: { toolUse }, hasEnded: false });

    expect(call.isBrokenToolCall(false)).toBe(true);
    expect(call.isBrokenToolCall(true)).toBe(false);
    expect(call.block(true)).toHaveLength(1);
  });
});

test('a call whose input is no JSON is broken, however it ends', () => {
  const call = drafted([{ toolInput: '{"a":' }], { start: { toolUse } });

  expect(call.isBrokenToolCall(true)).toBe(true);
  expect(call.block(true)).toEqual([]);
});
