import { describe, expect, test } from '@jest/globals';
import type { ContentBlock } from '../../lambda/contract/conversation.ts';
import { mediaFaults } from '../../lambda/request/check-media.ts';
import { PDF, PNG } from '../support/media-files.ts';

const base64 = (...parts: readonly (string | Buffer)[]) =>
  Buffer.concat(parts.map((part) => Buffer.from(part as string))).toString('base64');
const MB = 1024 * 1024;

function faultsOf(...content: ContentBlock[]): readonly string[] {
  const messages = [{ role: 'user' as const, content: [{ text: 'a' }, ...content] }];
  return mediaFaults({ messages }).map(({ field, detail }) => `${field}: ${detail}`);
}

const image = (format: string, bytes: string) => ({ image: { format, source: { bytes } } });
const document = (format: string | undefined, bytes: string) => ({
  document: { name: 'a', source: { bytes }, ...(format && { format }) },
});
const at = 'messages[0].content[1]';

/** A PNG of this width and height, without its pixels. */
function pngOf(width: number, height: number): string {
  const png = Buffer.from(PNG, 'base64');
  png.writeUInt32BE(width, 16);
  png.writeUInt32BE(height, 20);
  return png.toString('base64');
}

describe('a file is refused if it is', () => {
  test.each<[string, ContentBlock, string]>([
    [
      'of another format than it says',
      image('jpeg', PNG),
      `${at}.image.source.bytes: got another format, allowed is a file of the format jpeg`,
    ],
    [
      'a text instead of an image',
      image('png', base64('Hello')),
      `${at}.image.source.bytes: got another format, allowed is a file of the format png`,
    ],
    [
      'the beginning of an image',
      image('png', base64(Buffer.from(PNG, 'base64').subarray(0, 12))),
      `${at}.image.source.bytes: got bytes that are no image, allowed is a whole image`,
    ],
    [
      'an image too wide',
      image('png', pngOf(8001, 1)),
      `${at}.image.source.bytes: got 8001 × 1 pixels, allowed are at most 8000 each way`,
    ],
    [
      'an image too large',
      image('png', base64(Buffer.from(PNG, 'base64'), Buffer.alloc(3.75 * MB))),
      `${at}.image.source.bytes: got 3932230 bytes, allowed are at most 3932160`,
    ],
    [
      'a document too large',
      document('txt', base64(Buffer.alloc(4.5 * MB + 1))),
      `${at}.document.source.bytes: got 4718593 bytes, allowed are at most 4718592`,
    ],
    [
      'an image instead of a PDF',
      document('pdf', PNG),
      `${at}.document.source.bytes: got another format, allowed is a file of the format pdf`,
    ],
    [
      'an image in the result of a tool',
      { toolResult: { toolUseId: 't', content: [image('gif', PNG)] } },
      `${at}.toolResult.content[0].image.source.bytes: got another format, allowed is a file of the format gif`,
    ],
    [
      'an image that a guardrail reads',
      { guardContent: image('jpeg', PNG) },
      `${at}.guardContent.image.source.bytes: got another format, allowed is a file of the format jpeg`,
    ],
    [
      'a video of another format',
      { video: { format: 'mp4', source: { bytes: PNG } } },
      `${at}.video.source.bytes: got another format, allowed is a file of the format mp4`,
    ],
  ])('%s', (_, block, fault) => {
    expect(faultsOf(block)).toEqual([fault]);
  });
});

describe('a file is accepted if it is', () => {
  test.each<[string, ContentBlock]>([
    ['an image of 8000 pixels each way', image('png', pngOf(8000, 8000))],
    ['a PDF', document('pdf', PDF)],
    ['a text', document('txt', base64('Hello'))],
    ['a text of 4.5 MB', document('txt', base64(Buffer.alloc(4.5 * MB)))],
    ['a document that does not tell its format', document(undefined, PNG)],
    ['a video', { video: { format: 'mp4', source: { bytes: base64('\0\0\0 ftypisom') } } }],
    ['sound', { audio: { format: 'wav', source: { bytes: base64('RIFF\0\0\0\0WAVE') } } }],
    ['in S3', { image: { format: 'png', source: { s3Location: { uri: 's3://a/b' } } } }],
    ['an upload', { image: { format: 'png', source: { upload: 'a'.repeat(32) } } }],
  ])('%s', (_, block) => {
    expect(faultsOf(block)).toEqual([]);
  });
});

test('each file has its own fault', () => {
  const faults = faultsOf(image('gif', PNG), image('png', PNG), image('webp', PNG));

  expect(faults.map((each) => each.split(':')[0])).toEqual([
    'messages[0].content[1].image.source.bytes',
    'messages[0].content[3].image.source.bytes',
  ]);
});
