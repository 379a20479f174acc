import { imageSize } from 'image-size';
import type { Conversation } from '../contract/conversation.ts';
import { type MediaPart, mediaOf } from '../contract/conversation-media.ts';
import { hasMarkOf, MARK_BYTES, MAX_IMAGE_PIXELS, MEDIA } from '../contract/media.ts';
import type { Fault } from '../contract/schemas/faults.ts';

/** Finds the files that Bedrock would refuse: too large, empty, or not of the format that they claim. */
export function mediaFaults(conversation: Conversation): readonly Fault[] {
  return mediaOf(conversation).flatMap((part) => {
    const detail = part.source.bytes === undefined ? undefined : faultOf(part, part.source.bytes);
    return detail === undefined ? [] : [{ field: `${part.path}.source.bytes`, detail }];
  });
}

function faultOf({ kind, format = '' }: MediaPart, base64: string): string | undefined {
  const size = Buffer.byteLength(base64, 'base64');
  const { maxBytes } = MEDIA[kind];
  if (size > maxBytes) return `got ${size} bytes, allowed are at most ${maxBytes}`;
  const start = Buffer.from(base64.slice(0, 2 * MARK_BYTES), 'base64').toString('hex');
  if (!hasMarkOf(format, start))
    return `got another format, allowed is a file of the format ${format}`;
  return kind === 'image' ? imageFault(base64) : undefined;
}

function imageFault(base64: string): string | undefined {
  try {
    const { width, height } = imageSize(Buffer.from(base64, 'base64'));
    if (Math.max(width, height) <= MAX_IMAGE_PIXELS) return undefined;
    return `got ${width} × ${height} pixels, allowed are at most ${MAX_IMAGE_PIXELS} each way`;
  } catch {
    return 'got bytes that are no image, allowed is a whole image';
  }
}
