import type { Citation, ContentBlock, ToolUse } from '../../lambda/contract/conversation.ts';
import { BYTES_PER_TOKEN } from './prompt-tokens.ts';

/** A block of an answer. The model writes it token by token. */
export type AnswerBlock = {
  /** What the model writes: the text, the thought, or the input of a tool as JSON. */
  readonly written: string;
  /** True if maxTokens cut the block. @default false */
  readonly isCut?: boolean;
} & (
  | { readonly kind: 'text' }
  | { readonly kind: 'thought'; readonly signature: string }
  | { readonly kind: 'call'; readonly call: Omit<ToolUse, 'input'> }
  | { readonly kind: 'cited'; readonly citations: readonly Citation[] }
);

/** Returns the blocks up to `tokens`. A block that is cut has lost its end. */
export function firstTokensOf(
  blocks: readonly AnswerBlock[],
  tokens: number,
): readonly AnswerBlock[] {
  const kept: AnswerBlock[] = [];
  let bytesLeft = tokens * BYTES_PER_TOKEN;
  for (const block of blocks) {
    if (bytesLeft <= 0) break;
    const written = firstBytes(block.written, bytesLeft);
    bytesLeft -= Buffer.byteLength(block.written);
    kept.push(written === block.written ? block : { ...block, written, isCut: true });
  }
  return kept;
}

/** Returns the beginning of a text. If the cut splits a character, that character is left out. */
export function firstBytes(text: string, length: number): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= length) return text;
  return bytes
    .subarray(0, length)
    .toString()
    .replace(/\uFFFD+$/, '');
}

/** Returns the tokens of all blocks. */
export function tokensOfBlocks(blocks: readonly AnswerBlock[]): number {
  const bytes = blocks.reduce((sum, { written }) => sum + Buffer.byteLength(written), 0);
  return Math.ceil(bytes / BYTES_PER_TOKEN);
}

/** Returns a block as Converse sends it. */
export function contentOf(block: AnswerBlock): ContentBlock {
  const { written, isCut } = block;
  switch (block.kind) {
    case 'text':
      return { text: written };
    case 'thought': {
      const signature = isCut ? {} : { signature: block.signature };
      return { reasoningContent: { reasoningText: { text: written, ...signature } } };
    }
    case 'call':
      // The input of a call that is cut is no JSON, and Converse cannot show it.
      return { toolUse: { ...block.call, input: isCut ? {} : JSON.parse(written) } };
    case 'cited': {
      const citations = isCut ? [] : block.citations;
      return { citationsContent: { content: [{ text: written }], citations } };
    }
    default:
      return block satisfies never;
  }
}
