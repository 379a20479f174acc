import { createHash } from 'node:crypto';
import { BYTES_PER_TOKEN, type Conversation, tokensOf } from './conversation.ts';
import { lognormal } from './latency.ts';
import type { Random } from './seeded-random.ts';

export interface Answer {
  readonly text: string;
  readonly stopReason: 'end_turn' | 'max_tokens';
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

/** The lengths of answers before maxTokens cuts them. They are lognormal. */
export interface AnswerLength {
  readonly medianTokens: number;
  /** The spread. With 0.5, the 99th percentile is 3.2 times the median; 0 means no spread. */
  readonly sigma: number;
}

const ECHO_CHARACTERS = 200;

export function drawAnswerTokens({ medianTokens, sigma }: AnswerLength, random: Random): number {
  return Math.max(1, Math.round(medianTokens * lognormal(sigma, random)));
}

/**
 * Returns the answer to a prompt, cut at maxTokens.
 *
 * @param tokens the length of the uncut answer. @default the length of a short answer
 */
export function answer(model: string, conversation: Conversation, tokens?: number): Answer {
  const full = answerText(model, conversation.prompt, tokens);
  const text = firstTokens(full, conversation.maxTokens);
  const outputTokens = tokensOf(text);
  return {
    text,
    stopReason: text === full ? 'end_turn' : 'max_tokens',
    usage: { inputTokens: conversation.inputTokens, outputTokens },
  };
}

/**
 * Returns the uncut answer. Model, prompt and length determine it. It names the model and quotes the
 * prompt, so a test can check both; numbered lines fill it up to `tokens`.
 */
export function answerText(model: string, prompt: string, tokens?: number): string {
  const digest = createHash('sha256').update(prompt).digest('hex').slice(0, 8);
  const echo = [...prompt.slice(0, 2 * ECHO_CHARACTERS)].slice(0, ECHO_CHARACTERS).join('');
  const short = `This is ${model}, simulated. Your prompt ${digest} begins: ${echo}`;
  if (tokens === undefined) return short;
  const lines = [short];
  const bytes = tokens * BYTES_PER_TOKEN;
  for (let length = Buffer.byteLength(short), n = 1; length < bytes; n += 1) {
    const line = `\nLine ${n} of the answer to ${digest}.`;
    lines.push(line);
    length += line.length;
  }
  return firstTokens(lines.join(''), tokens);
}

function firstTokens(text: string, tokens: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= tokens * BYTES_PER_TOKEN) return text;
  // If the cut splits a character, that character is left out.
  return bytes
    .subarray(0, tokens * BYTES_PER_TOKEN)
    .toString()
    .replace(/\uFFFD+$/, '');
}
