import type { ContentBlock, Message } from '../../contract/conversation.ts';

/**
 * Leaves out blocks, and the messages that have none left. Joins the messages of one role that follow
 * each other then, so that the roles still alternate and begin with `user`. Messages of the role
 * `system` are no turns. Returns the messages unchanged if no turn would be left.
 */
export function withoutBlocks(
  messages: readonly Message[],
  isUnwanted: (block: ContentBlock) => boolean,
): readonly Message[] {
  const turns: Message[] = [];
  for (const each of messages) {
    const message = { ...each, content: each.content.filter((block) => !isUnwanted(block)) };
    if (message.content.length === 0) continue;
    const last = turns.findLastIndex(({ role }) => role !== 'system');
    const before = turns[last];
    if (message.role === 'system') turns.push(message);
    else if (before?.role === message.role) {
      turns[last] = { ...before, content: [...before.content, ...message.content] };
    } else if (before || message.role === 'user') turns.push(message);
  }
  return turns.some(({ role }) => role === 'user') ? turns : messages;
}
