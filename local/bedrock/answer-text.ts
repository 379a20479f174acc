import { createHash } from 'node:crypto';
import { firstBytes } from './answer-blocks.ts';
import { BYTES_PER_TOKEN } from './prompt-tokens.ts';

const ECHO_CHARACTERS = 200;

/**
 * Returns the uncut text of an answer. Model, prompt and length determine it. It names the model and
 * quotes the prompt, so a test can check both; numbered lines fill it up to `tokens`.
 *
 * @param notes sentences after the quotation
 */
export function answerText(
  model: string,
  prompt: string,
  tokens?: number,
  notes: readonly string[] = [],
): string {
  const digest = shortHash(prompt).slice(0, 8);
  const quoted = `This is ${model}, simulated. Your prompt ${digest} begins: ${quote(prompt)}`;
  const short = [quoted, ...notes].join('\n');
  if (tokens === undefined) return short;
  const lines = [short];
  const bytes = tokens * BYTES_PER_TOKEN;
  for (let length = Buffer.byteLength(short), n = 1; length < bytes; n += 1) {
    const line = `\nLine ${n} of the answer to ${digest}.`;
    lines.push(line);
    length += line.length;
  }
  return firstBytes(lines.join(''), bytes);
}

/** Returns the first characters of a text, without splitting one. */
export function quote(text: string): string {
  return [...text.slice(0, 2 * ECHO_CHARACTERS)].slice(0, ECHO_CHARACTERS).join('');
}

/** Returns the first 16 digits of the SHA-256 hash. */
export function shortHash(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex').slice(0, 16);
}
