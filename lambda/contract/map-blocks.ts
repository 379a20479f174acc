import type { ContentBlock, Conversation, ToolResultBlock } from './conversation.ts';

/** Returns another block of the same kind. */
export type BlockChange = <Block extends ContentBlock | ToolResultBlock>(block: Block) => Block;

/** Changes the blocks of all messages in order, including those in the results of tools. */
export function mapBlocks(conversation: Conversation, change: BlockChange): Conversation {
  const changed = (block: ContentBlock): ContentBlock => {
    const { toolResult } = block;
    if (!toolResult) return change(block);
    return { ...block, toolResult: { ...toolResult, content: toolResult.content.map(change) } };
  };
  const messages = conversation.messages.map((message) => ({
    ...message,
    content: message.content.map(changed),
  }));
  return { ...conversation, messages };
}
