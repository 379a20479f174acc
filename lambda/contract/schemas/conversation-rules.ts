/** The rules that hold between the blocks of a conversation. Converse refuses what breaks them. */
import type { ContentBlock, Conversation, Message } from '../conversation.ts';
import { type Fault, invalid } from './faults.ts';

/** Bedrock's limits for one message. */
const MOST_IMAGES = 20;
const MOST_DOCUMENTS = 5;

export function conversationFaults(conversation: Conversation): readonly Fault[] {
  const { messages, toolConfig } = conversation;
  return [
    ...roleFaults(messages),
    ...messages.flatMap((message, i) => blockFaults(message, `messages[${i}]`)),
    ...toolFaults(conversation),
    ...(toolConfig ? choiceFaults(toolConfig) : []),
  ];
}

/** User and assistant take turns, and the user begins. System messages may stand between them. */
function roleFaults(messages: readonly Message[]): readonly Fault[] {
  const turns = messages.flatMap(({ role }, i) => (role === 'system' ? [] : [{ role, i }]));
  const misplaced = turns.findIndex(({ role }, turn) => role !== roleAt(turn));
  if (turns.length === 0) {
    return [{ field: 'messages', detail: 'allowed is a list with a message of the role user' }];
  }
  const found = turns[misplaced];
  if (!found) return [];
  const detail = `got ${found.role}, allowed is ${roleAt(misplaced)}, because roles alternate and begin with user`;
  return [{ field: `messages[${found.i}].role`, detail }];
}

const roleAt = (turn: number) => (turn % 2 === 0 ? 'user' : 'assistant');

/** The blocks that a message of each role may have. An assistant has results of the model's own tools. */
const BLOCKS: Readonly<Record<Message['role'], readonly string[]>> = {
  user: [
    ...['text', 'image', 'document', 'video', 'audio', 'searchResult'],
    ...['toolResult', 'guardContent', 'cachePoint'],
  ],
  assistant: [
    ...['text', 'toolUse', 'toolResult', 'reasoningContent', 'citationsContent'],
    ...['guardContent', 'cachePoint'],
  ],
  system: ['text', 'toolAddition', 'toolRemoval', 'guardContent', 'cachePoint'],
};

function blockFaults({ role, content }: Message, path: string): readonly Fault[] {
  const faults: Fault[] = [];
  const add = (field: string, detail: string) => faults.push({ field: `${path}.${field}`, detail });
  for (const [i, block] of content.entries()) {
    const [kind = ''] = Object.keys(block);
    if (BLOCKS[role].includes(kind)) continue;
    const allowed = `allowed for the role ${role} is one of ${BLOCKS[role].join(', ')}`;
    add(`content[${i}].${kind}`, allowed);
  }
  const count = (kind: keyof ContentBlock) => content.filter((block) => block[kind]).length;
  if (count('image') > MOST_IMAGES) {
    add('content', `got ${count('image')} images, allowed are at most ${MOST_IMAGES}`);
  }
  if (count('document') > MOST_DOCUMENTS) {
    add('content', `got ${count('document')} documents, allowed are at most ${MOST_DOCUMENTS}`);
  }
  if (count('document') > 0 && count('text') === 0) {
    add('content', 'got a document without text, allowed is a document beside a block of text');
  }
  return faults;
}

/** A tool's result follows the call that it answers, and calls need the tools' definitions. */
function toolFaults({ messages, toolConfig }: Conversation): readonly Fault[] {
  const faults: Fault[] = [];
  let called = new Set<string>();
  for (const [m, { role, content }] of messages.entries()) {
    for (const [i, { toolUse, toolResult }] of content.entries()) {
      const field = `messages[${m}].content[${i}].${toolUse ? 'toolUse' : 'toolResult'}`;
      if ((toolUse || toolResult) && !toolConfig) {
        return invalid('toolConfig', `allowed is the list of tools, because ${field} is set`)
          .errors;
      }
      if (toolResult && toolResult.type === undefined && !called.has(toolResult.toolUseId)) {
        const detail = 'allowed is the toolUseId of a toolUse in the message before';
        faults.push({ field: `${field}.toolUseId`, detail });
      }
    }
    if (role === 'assistant') {
      called = new Set(content.flatMap(({ toolUse }) => toolUse?.toolUseId ?? []));
    }
  }
  return faults;
}

function choiceFaults({ tools, toolChoice }: NonNullable<Conversation['toolConfig']>) {
  const names = tools.flatMap(({ toolSpec, systemTool }) => (toolSpec ?? systemTool)?.name ?? []);
  const faults: Fault[] = [];
  const isRepeated = names.some((name, i) => names.indexOf(name) < i);
  if (isRepeated) {
    faults.push({
      field: 'toolConfig.tools',
      detail: 'got one name twice, allowed are other names',
    });
  }
  const chosen = toolChoice?.tool?.name;
  if (chosen !== undefined && !names.includes(chosen)) {
    const detail = 'got an unknown tool, allowed is the name of a tool in toolConfig.tools';
    faults.push({ field: 'toolConfig.toolChoice.tool.name', detail });
  }
  return faults;
}
