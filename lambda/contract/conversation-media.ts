import type { ContentBlock, Conversation, MediaSource, ToolResultBlock } from './conversation.ts';
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

/** Returns the files of a conversation, in order, including those in the results of tools. */
export function mediaOf({ messages }: Conversation): readonly MediaPart[] {
  return messages.flatMap(({ content }, m) => partsOf(content, `messages[${m}].content`));
}

function partsOf(
  blocks: readonly (ContentBlock | ToolResultBlock)[],
  path: string,
): readonly MediaPart[] {
  return blocks.flatMap((block: ContentBlock, i) => {
    const at = `${path}[${i}]`;
    if (block.toolResult) return partsOf(block.toolResult.content, `${at}.toolResult.content`);
    const kind = MEDIA_KINDS.find((each) => block[each] !== undefined);
    const media = kind && block[kind];
    return media
      ? [{ path: `${at}.${kind}`, kind, format: media.format, source: media.source }]
      : [];
  });
}
