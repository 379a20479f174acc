import type { Conversation } from '../../contract/conversation.ts';
import { type BlockChange, mapBlocks } from '../../contract/map-blocks.ts';

/**
 * Replaces the names of documents, because a model may take a name for an instruction (the AWS SDK's
 * `DocumentBlock` warns of it). A number also keeps the names different, which Converse demands.
 */
export function withNeutralNames(conversation: Conversation): Conversation {
  let count = 0;
  const rename: BlockChange = (block) => {
    if (!block.document) return block;
    count += 1;
    return { ...block, document: { ...block.document, name: `Document ${count}` } };
  };
  const renamed = mapBlocks(conversation, rename);
  return count === 0 ? conversation : renamed;
}
