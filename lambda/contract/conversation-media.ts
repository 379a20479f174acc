import type { ContentBlock, Conversation, MediaSource, ToolResultBlock } from './conversation.ts';
import { mapBlocks } from './map-blocks.ts';
import { MEDIA_KINDS, type MediaKind } from './media.ts';

/** A file in a conversation. */
export interface MediaPart {
  /** The path of its block, such as `messages[2].content[1].image`. */
  readonly path: string;
  readonly kind: MediaKind;
  /** Absent for a document that does not tell its format. */
  readonly format?: string;
  readonly source: MediaSource;
}

/**
 * Returns the files of a conversation, in order, including those in the results of tools and those
 * that only a guardrail reads.
 */
export function mediaOf({ messages, system = [] }: Conversation): readonly MediaPart[] {
  return [
    ...partsOf(system, 'system'),
    ...messages.flatMap(({ content }, m) => partsOf(content, `messages[${m}].content`)),
  ];
}

function partsOf(
  blocks: readonly (ContentBlock | ToolResultBlock)[],
  path: string,
): readonly MediaPart[] {
  return blocks.flatMap((block: ContentBlock, i) => {
    const at = `${path}[${i}]`;
    if (block.toolResult) return partsOf(block.toolResult.content, `${at}.toolResult.content`);
    const guarded = block.guardContent?.image;
    if (guarded) return [{ path: `${at}.guardContent.image`, kind: 'image', ...guarded }];
    const kind = MEDIA_KINDS.find((each) => block[each] !== undefined);
    const media = kind && block[kind];
    return media
      ? [{ path: `${at}.${kind}`, kind, format: media.format, source: media.source }]
      : [];
  });
}

/** Returns the files that were uploaded, with their ids, in the order of the conversation. */
export function uploadsOf(conversation: Conversation): readonly UploadPart[] {
  return mediaOf(conversation).flatMap((part) => {
    const { upload } = part.source;
    return upload === undefined ? [] : [{ ...part, uploadId: upload }];
  });
}

export interface UploadPart extends MediaPart {
  readonly uploadId: string;
}

/** Returns the conversation with the bytes of its uploads, which `files` has as base64 by their ids. */
export function withFiles(
  conversation: Conversation,
  files: ReadonlyMap<string, string>,
): Conversation {
  return mapBlocks(conversation, (block) => {
    const fields: ContentBlock = block;
    const kind = MEDIA_KINDS.find((each) => fields[each] !== undefined);
    const media = kind && fields[kind];
    const bytes = files.get(media?.source.upload ?? '');
    return kind && bytes !== undefined
      ? { ...block, [kind]: { ...media, source: { bytes } } }
      : block;
  });
}
