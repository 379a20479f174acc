/** What the service demands of the messages of a request and of their blocks, whatever the model. */
import type { ContentBlock, Message, ToolResultBlock } from '../../lambda/contract/conversation.ts';
import { fileRefusal } from './file-rules.ts';
import { firstOf } from './shape.ts';

const MOST_IMAGES = 20;
const MOST_DOCUMENTS = 5;

/** The blocks that a message of each role may have. */
const BLOCKS: Readonly<Record<Message['role'], ReadonlySet<string>>> = {
  user: new Set([
    ...['text', 'image', 'document', 'video', 'audio', 'toolResult', 'guardContent'],
    ...['cachePoint', 'searchResult'],
  ]),
  assistant: new Set([
    ...['text', 'toolUse', 'toolResult', 'reasoningContent', 'citationsContent', 'guardContent'],
    'cachePoint',
  ]),
  system: new Set(['text', 'toolAddition', 'toolRemoval', 'guardContent', 'cachePoint']),
};

/** Returns the message of the ValidationException that the service would send. */
export function refusalOfMessages(messages: readonly Message[]): string | undefined {
  return (
    refusalOfRoles(messages) ??
    firstOf(messages.entries(), ([m, message]) => refusalOfMessage(message, `messages.${m}`)) ??
    refusalOfDocuments(messages)
  );
}

function refusalOfRoles(messages: readonly Message[]): string | undefined {
  const roles = messages.map(({ role }) => role).filter((role) => role !== 'system');
  if (roles[0] !== 'user') {
    return 'A conversation must start with a user message. Try again with a conversation that starts with a user message.';
  }
  if (roles.some((role, i) => role === roles[i - 1])) {
    return 'A conversation must alternate between user and assistant roles. Make sure the conversation alternates between user and assistant roles and try again.';
  }
  return undefined;
}

function refusalOfMessage({ role, content }: Message, at: string): string | undefined {
  if (content.length === 0) {
    return `The content field in the Message object at ${at} is empty. Add a ContentBlock object to the content field and try again.`;
  }
  const images = content.filter(({ image }) => image).length;
  if (images > MOST_IMAGES) {
    return `The model returned the following errors: ${at}: too many images and documents: ${images} + 0 > ${MOST_IMAGES}`;
  }
  const hasText = content.some(({ text }) => text !== undefined);
  if (!hasText && content.some(({ document }) => document)) {
    return `The content field in the Message object at ${at} must include a ContentBlock object with a text field, because it includes a document.`;
  }
  return firstOf(content.entries(), ([i, block]) => {
    const [kind = ''] = Object.keys(block);
    if (!BLOCKS[role].has(kind)) {
      return `This model doesn't support the ${kind} field for ${role} messages. Remove ${kind} and try again.`;
    }
    return refusalOfBlock(block, `${at}.content.${i}`);
  });
}

function refusalOfBlock(block: ContentBlock, at: string): string | undefined {
  const { text, toolResult } = block;
  if (text !== undefined && text.trim() === '') {
    return `The text field in the ContentBlock object at ${at} is blank. Add text to the text field, and try again.`;
  }
  return fileRefusal(block) ?? firstOf(toolResult?.content ?? [], (each) => fileRefusal(each));
}

/** The names of documents differ, also between messages. */
function refusalOfDocuments(messages: readonly Message[]): string | undefined {
  const names = messages
    .flatMap(({ content }) => content)
    .flatMap((block): readonly (ContentBlock | ToolResultBlock)[] => [
      block,
      ...(block.toolResult?.content ?? []),
    ])
    .flatMap(({ document }) => document?.name ?? []);
  if (names.length > MOST_DOCUMENTS) {
    return `You can't include more than ${MOST_DOCUMENTS} documents in a request.`;
  }
  if (new Set(names).size < names.length) {
    return "Messages can't contain duplicate document names. Rename the document and retry your request.";
  }
  return undefined;
}
