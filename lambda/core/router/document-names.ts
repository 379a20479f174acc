import type {
  ContentBlock,
  Conversation,
  Message,
  ToolResultBlock,
} from '../../contract/conversation.ts';

/**
 * Replaces the names of documents, because a model may take a name for an instruction (the AWS SDK's
 * `DocumentBlock` warns of it). A number also keeps the names different, which Converse demands.
 */
export function withNeutralNames(conversation: Conversation): Conversation {
  let count = 0;
  const renamed = <Block extends ContentBlock | ToolResultBlock>(block: Block): Block => {
    if (!block.document) return block;
    count += 1;
    return { ...block, document: { ...block.document, name: `Document ${count}` } };
  };
  const named = (block: ContentBlock): ContentBlock => {
    const { toolResult } = block;
    if (!toolResult?.content.some(({ document }) => document)) return renamed(block);
    return { ...block, toolResult: { ...toolResult, content: toolResult.content.map(renamed) } };
  };
  const messages = conversation.messages.map((message): Message => {
    const hasDocument = message.content.some(({ document, toolResult }) => document ?? toolResult);
    return hasDocument ? { ...message, content: message.content.map(named) } : message;
  });
  return count === 0 ? conversation : { ...conversation, messages };
}
