import type { ContentBlock, Conversation, MediaSource, Tool } from '../../contract/conversation.ts';
import { fractionOf } from './rendezvous.ts';
import type { RunRequest } from './run-request.ts';

/**
 * The part of a prompt that decides whether two prompts can share a prompt cache, in characters.
 * Bedrock caches no prefix below 1,024 tokens, which are some 4,096 characters, so prompts that
 * differ earlier share nothing.
 */
const CACHED_CHARACTERS = 4_096;

/** Prompts without a cachePoint are compared up to here, so that the hash takes little time. */
const COMPARED_CHARACTERS = 65_536;

/**
 * Returns the same text for the jobs of a tenant whose prompts can share a prompt cache. Tenants share
 * none, so that each of them is spread over the targets on its own.
 */
export function affinityOf({
  tenant,
  conversation,
}: Pick<RunRequest, 'tenant' | 'conversation'>): string {
  return `${tenant} ${fractionOf(prefixOf(conversation))}`;
}

/**
 * Returns the start of a prompt: its tools, its system prompt and its first message, in the order in
 * which Bedrock caches them. It is the same in all turns of a conversation, although marks of the
 * cache move. With a mark, prompts that can share a cache have the same start. Without one, nothing
 * is cached, and a longer start spreads the prompts over the targets.
 */
function prefixOf({ messages, system = [], toolConfig }: Conversation): string {
  const { tools = [] } = toolConfig ?? {};
  const hasMark =
    [...tools, ...system].some(({ cachePoint }) => cachePoint) ||
    messages.some(({ content }) => content.some(({ cachePoint }) => cachePoint));
  const length = hasMark ? CACHED_CHARACTERS : COMPARED_CHARACTERS;
  let prefix = '';
  for (const part of [...tools, ...system, ...(messages[0]?.content ?? [])]) {
    if (prefix.length >= length) break;
    if (!part.cachePoint) prefix += textOf(part, length);
  }
  return prefix.slice(0, length);
}

/** Returns a text that is different for different blocks, as a rule, without encoding a whole file. */
function textOf(part: ContentBlock | Tool, length: number): string {
  const { text, image, document, video, audio } = part as ContentBlock;
  if (text !== undefined) return text;
  const media = image ?? document ?? video ?? audio;
  return media ? startOf(media.source, length) : JSON.stringify(part);
}

function startOf({ bytes, ...others }: MediaSource, length: number): string {
  return bytes === undefined ? JSON.stringify(others) : bytes.slice(0, length);
}
