import type { ContentBlock, ToolResultBlock } from '../../lambda/contract/conversation.ts';
import { firstOf } from './shape.ts';

const MB = 1024 * 1024;

/** The largest files in bytes. A video or a sound has at most 25 MB as base64. */
const MOST_BYTES = { image: 3.75 * MB, document: 4.5 * MB, video: 18.75 * MB, audio: 18.75 * MB };
type Kind = keyof typeof MOST_BYTES;
const KINDS = Object.keys(MOST_BYTES) as readonly Kind[];

/** The bytes with which the images of a format begin, in hexadecimal digits. */
const IMAGE_STARTS: Readonly<Record<string, RegExp>> = {
  gif: /^474946383[79]61/,
  jpeg: /^ffd8ff/,
  png: /^89504e470d0a1a0a/,
  webp: /^52494646.{8}57454250/,
};

/** Returns the reason for which the service, or the model, refuses the file of a block. */
export function fileRefusal(block: ContentBlock | ToolResultBlock): string | undefined {
  return firstOf(KINDS, (kind) => {
    const media = (block as ContentBlock)[kind];
    const bytes = media?.source.bytes;
    if (bytes !== undefined && Buffer.byteLength(bytes, 'base64') > MOST_BYTES[kind]) {
      return `The ${kind} is too large. The maximum size is ${MOST_BYTES[kind]} bytes.`;
    }
    if (kind === 'document' && block.document && !isName(block.document.name)) {
      return "The document file name can only contain alphanumeric characters, whitespace characters, hyphens, parentheses, and square brackets. The name can't contain more than one consecutive whitespace character.";
    }
    return bytes === undefined ? undefined : formatRefusal(kind, media?.format, bytes);
  });
}

function formatRefusal(kind: Kind, format = '', base64: string): string | undefined {
  const start = Buffer.from(base64.slice(0, 24), 'base64').toString('hex');
  if (kind === 'image' && !IMAGE_STARTS[format]?.test(start)) {
    return 'The model returned the following errors: The provided image does not match the specified image format.';
  }
  if (format === 'pdf' && !start.startsWith('25504446')) {
    return 'The model returned the following errors: The PDF specified was not valid.';
  }
  return undefined;
}

function isName(name: string): boolean {
  return /^[0-9A-Za-z\s\-()[\]]{1,200}$/.test(name) && !/\s\s/.test(name);
}
