import { createHash } from 'node:crypto';
import { BYTES_PER_TOKEN, type Conversation, tokensOf } from './conversation.ts';

export interface Answer {
  readonly text: string;
  readonly stopReason: 'end_turn' | 'max_tokens';
  readonly usage: { readonly inputTokens: number; readonly outputTokens: number };
}

const ECHO_CHARACTERS = 200;

/** Returns the answer to a prompt, cut at maxTokens. Model and prompt determine the answer. */
export function answer(model: string, conversation: Conversation): Answer {
  const full = answerText(model, conversation.prompt);
  const text = firstTokens(full, conversation.maxTokens);
  const outputTokens = tokensOf(text);
  return {
    text,
    stopReason: text === full ? 'end_turn' : 'max_tokens',
    usage: { inputTokens: conversation.inputTokens, outputTokens },
  };
}

/** Returns the uncut answer. It names the model and quotes the prompt, so a test can check both. */
export function answerText(model: string, prompt: string): string {
  const digest = createHash('sha256').update(prompt).digest('hex').slice(0, 8);
  const echo = [...prompt.slice(0, 2 * ECHO_CHARACTERS)].slice(0, ECHO_CHARACTERS).join('');
  return `This is ${model}, simulated. Your prompt ${digest} begins: ${echo}`;
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
