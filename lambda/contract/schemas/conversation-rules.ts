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

/** A user's message has the results of all calls in the message before it, and calls need the tools. */
function toolFaults({ messages, toolConfig }: Conversation): readonly Fault[] {
  const faults: Fault[] = [];
  let open = new Map<string, string>();
  for (const [m, { role, content }] of messages.entries()) {
    const path = `messages[${m}].content`;
    const used = content.findIndex(({ toolUse, toolResult }) => toolUse ?? toolResult);
    if (used >= 0 && !toolConfig) {
      const detail = `allowed is the list of tools, because ${path}[${used}] has a toolUse or a toolResult`;
      return invalid('toolConfig', detail).errors;
    }
    if (role === 'user') {
      faults.push(...resultFaults(content, path, open), ...missingResults(open));
      open = new Map();
    } else if (role === 'assistant') {
      const calls = callsIn(content, path);
      faults.push(...calls.faults);
      open = calls.open;
    }
  }
  return [...faults, ...missingResults(open)];
}

/** Returns the paths of the calls in a message by their ids, without those of the model's own tools. */
function callsIn(content: readonly ContentBlock[], path: string) {
  const faults: Fault[] = [];
  const open = new Map<string, string>();
  for (const [i, { toolUse }] of content.entries()) {
    if (!toolUse || toolUse.type === 'server_tool_use') continue;
    const field = `${path}[${i}].toolUse`;
    if (open.has(toolUse.toolUseId)) {
      faults.push({
        field: `${field}.toolUseId`,
        detail: 'got an id twice, allowed is another id',
      });
    }
    open.set(toolUse.toolUseId, field);
  }
  return { open, faults };
}

/** Removes the calls that the message answers from `open`. */
function resultFaults(
  content: readonly ContentBlock[],
  path: string,
  open: Map<string, string>,
): readonly Fault[] {
  return content.flatMap(({ toolResult }, i) => {
    if (!toolResult || open.delete(toolResult.toolUseId)) return [];
    const detail =
      'got no open call, allowed is the toolUseId of a toolUse in the message before, once';
    return [{ field: `${path}[${i}].toolResult.toolUseId`, detail }];
  });
}

function missingResults(open: ReadonlyMap<string, string>): readonly Fault[] {
  return [...open.values()].map((field) => ({
    field,
    detail: 'got no result, allowed is a call whose toolResult is in the next message',
  }));
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
