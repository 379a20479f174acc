import { createHash } from 'node:crypto';
import type {
  CachePoint,
  ContentBlock,
  Conversation,
  Tool,
} from '../../lambda/contract/conversation.ts';
import { tokensOfBlock, tokensOfTool } from './prompt-tokens.ts';

/** The beginning of a prompt, up to a point at which it is cached. */
export interface Prefix {
  readonly hash: string;
  readonly tokens: number;
  readonly ttl: '5m' | '1h';
}

export interface CacheUsage {
  readonly cacheReadInputTokens: number;
  readonly cacheWriteInputTokens: number;
  readonly cacheDetails: readonly { readonly ttl: '5m' | '1h'; readonly inputTokens: number }[];
}

const TTL_MS = { '5m': 5 * 60_000, '1h': 60 * 60_000 };

/**
 * The prefixes of prompts that a model has cached in a region. Unlike Bedrock, it caches prefixes of any
 * length, so that a short prompt shows how a cache works.
 */
export class PromptCache {
  readonly #now: () => number;
  /** The end of each prefix, in milliseconds since the epoch. */
  readonly #endsAtMs = new Map<string, number>();

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Reads the longest prefix that is cached, and caches the others. A read extends the time. */
  use(place: string, prefixes: readonly Prefix[]): CacheUsage {
    const nowMs = this.#now();
    const found = prefixes.findLast(
      ({ hash }) => (this.#endsAtMs.get(`${place} ${hash}`) ?? 0) > nowMs,
    );
    for (const { hash, ttl } of prefixes) {
      this.#endsAtMs.set(`${place} ${hash}`, nowMs + TTL_MS[ttl]);
    }
    const last = prefixes.at(-1);
    const read = found?.tokens ?? 0;
    const written = (last?.tokens ?? 0) - read;
    return {
      cacheReadInputTokens: read,
      cacheWriteInputTokens: written,
      cacheDetails: last && written > 0 ? [{ ttl: last.ttl, inputTokens: written }] : [],
    };
  }
}

/** Returns the prefixes of a prompt: a model reads the tools first, then system and messages. */
export function prefixesOf({ toolConfig, system = [], messages }: Conversation): Prefix[] {
  const parts: readonly (Tool | ContentBlock)[] = [
    ...(toolConfig?.tools ?? []),
    ...system,
    ...messages.flatMap(({ content }) => content),
  ];
  if (!parts.some(({ cachePoint }) => cachePoint)) return [];
  const hash = createHash('sha256');
  const prefixes: Prefix[] = [];
  let tokens = 0;
  for (const part of parts) {
    if (part.cachePoint)
      prefixes.push(prefixAt(part.cachePoint, hash.copy().digest('hex'), tokens));
    else {
      hash.update(JSON.stringify(part));
      tokens += isTool(part) ? tokensOfTool(part) : tokensOfBlock(part);
    }
  }
  return prefixes;
}

function prefixAt({ ttl = '5m' }: CachePoint, hash: string, tokens: number): Prefix {
  return { hash, tokens, ttl };
}

function isTool(part: Tool | ContentBlock): part is Tool {
  return 'toolSpec' in part || 'systemTool' in part;
}
