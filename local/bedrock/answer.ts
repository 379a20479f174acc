import type { Json, Conversation as Request } from '../../lambda/contract/conversation.ts';
import {
  type AnswerBlock,
  contentOf,
  firstBytes,
  firstTokensOf,
  tokensOfBlocks,
} from './answer-blocks.ts';
import { answerText } from './answer-text.ts';
import type { Conversation } from './conversation.ts';
import { BLOCKED_TEXT, isBlocked, traceOf } from './guardrail.ts';
import { lognormal } from './latency.ts';
import type { CacheUsage } from './prompt-cache.ts';
import { selectedFields } from './response-fields.ts';
import type { Random } from './seeded-random.ts';
import { hasThinking } from './thinking.ts';
import { blocksFor, thoughtAbout } from './written-blocks.ts';

export interface Answer {
  readonly blocks: readonly AnswerBlock[];
  /** The text of the answer, without thoughts and calls. */
  readonly text: string;
  readonly stopReason:
    | 'end_turn'
    | 'max_tokens'
    | 'tool_use'
    | 'stop_sequence'
    | 'guardrail_intervened';
  readonly usage: {
    readonly inputTokens: number;
    readonly outputTokens: number;
  } & Partial<CacheUsage>;
  /** What the guardrail found. */
  readonly trace?: Json;
  readonly additionalModelResponseFields?: Json;
  /** As the caller asked for it. */
  readonly performanceConfig?: Request['performanceConfig'];
  readonly serviceTier?: Request['serviceTier'];
}

/** The lengths of answers before maxTokens cuts them. They are lognormal. */
export interface AnswerLength {
  readonly medianTokens: number;
  /** The spread. With 0.5, the 99th percentile is 3.2 times the median; 0 means no spread. */
  readonly sigma: number;
}

export function drawAnswerTokens({ medianTokens, sigma }: AnswerLength, random: Random): number {
  return Math.max(1, Math.round(medianTokens * lognormal(sigma, random)));
}

/**
 * Returns the answer to a prompt, cut at a stop sequence and at maxTokens.
 *
 * @param tokens the length of the uncut text. @default the length of a short answer
 */
export function answer(model: string, conversation: Conversation, tokens?: number): Answer {
  const { request, guardrail, maxTokens, inputTokens } = conversation;
  const isStopped =
    guardrail !== undefined && request !== undefined && isBlocked(guardrail, request);
  const whole = isStopped
    ? { blocks: [{ kind: 'text', written: BLOCKED_TEXT } as const] }
    : untilStopSequence(wholeBlocks(model, conversation, tokens), request);
  const blocks = firstTokensOf(whole.blocks, maxTokens);
  const isCut = tokensOfBlocks(whole.blocks) > maxTokens;
  const hasCall = blocks.some(({ kind }) => kind === 'call');
  const reason = whole.stop !== undefined ? 'stop_sequence' : hasCall ? 'tool_use' : 'end_turn';
  const stopReason = isStopped ? 'guardrail_intervened' : isCut ? 'max_tokens' : reason;
  const trace = tracedGuardrail(conversation, isStopped);
  const fields = selectedFields(request, {
    model,
    stop_reason: stopReason,
    stop_sequence: isCut ? null : (whole.stop ?? null),
  });
  return {
    blocks,
    text: textOf(blocks),
    stopReason,
    usage: { inputTokens, outputTokens: tokensOfBlocks(blocks) },
    ...(trace !== undefined && { trace }),
    ...(fields !== undefined && { additionalModelResponseFields: fields }),
    ...(request?.performanceConfig && { performanceConfig: request.performanceConfig }),
    ...(request?.serviceTier && { serviceTier: request.serviceTier }),
  };
}

function wholeBlocks(
  model: string,
  { prompt, request, family = model }: Conversation,
  tokens: number | undefined,
): readonly AnswerBlock[] {
  if (!request) return [{ kind: 'text', written: answerText(model, prompt, tokens) }];
  const blocks = blocksFor(model, prompt, request, tokens);
  return hasThinking(request) ? [thoughtAbout(prompt, family), ...blocks] : blocks;
}

interface Whole {
  readonly blocks: readonly AnswerBlock[];
  /** The stop sequence that ended the answer. */
  readonly stop?: string;
}

/** Ends the answer before the first text that the caller names as a stop sequence. */
function untilStopSequence(blocks: readonly AnswerBlock[], request: Request | undefined): Whole {
  const stops = request?.inferenceConfig?.stopSequences ?? [];
  for (const [i, block] of blocks.entries()) {
    if (block.kind !== 'text') continue;
    const found = stops
      .map((stop) => ({ stop, at: block.written.indexOf(stop) }))
      .filter(({ at }) => at > 0)
      .sort((a, b) => a.at - b.at)[0];
    if (!found) continue;
    const written = firstBytes(block.written, Buffer.byteLength(block.written.slice(0, found.at)));
    return { blocks: [...blocks.slice(0, i), { ...block, written }], stop: found.stop };
  }
  return { blocks };
}

function tracedGuardrail({ guardrail, request }: Conversation, isStopped: boolean): Json {
  const { trace } = request?.guardrailConfig ?? {};
  const isTraced = trace === 'enabled' || trace === 'enabled_full';
  return guardrail && isTraced ? traceOf(guardrail, isStopped) : undefined;
}

function textOf(blocks: readonly AnswerBlock[]): string {
  return blocks
    .map(contentOf)
    .map(({ text, citationsContent }) => text ?? citationsContent?.content?.[0]?.text ?? '')
    .join('');
}
