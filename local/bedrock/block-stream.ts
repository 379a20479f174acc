import type { AnswerBlock } from './answer-blocks.ts';
import { BYTES_PER_TOKEN } from './prompt-tokens.ts';

/** An event of ConverseStream that carries a part of a block. */
export interface BlockEvent {
  readonly type: 'contentBlockStart' | 'contentBlockDelta' | 'contentBlockStop';
  readonly body: { readonly contentBlockIndex: number };
}

/** The input of a tool comes in pieces of this many characters. */
const INPUT_PIECE = 12;

/** Gives the blocks of an answer token by token, as the events of a stream. */
export class BlockStream {
  readonly #blocks: readonly AnswerBlock[];
  #index = 0;
  /** The bytes of the current block that were given. */
  #given = 0;
  #decoder = new TextDecoder();

  constructor(blocks: readonly AnswerBlock[]) {
    this.#blocks = blocks;
  }

  /** Returns the events of the next tokens. No event splits a character. */
  next(tokens: number): readonly BlockEvent[] {
    const events: BlockEvent[] = [];
    let bytes = tokens * BYTES_PER_TOKEN;
    for (let block = this.#blocks[this.#index]; block && bytes > 0; ) {
      const written = Buffer.from(block.written);
      const piece = written.subarray(this.#given, this.#given + bytes);
      if (this.#given === 0) events.push(...this.#start(block));
      this.#given += piece.length;
      bytes -= piece.length;
      const text = this.#decoder.decode(piece, { stream: true });
      events.push(...deltasOf(block, text).map((delta) => this.#delta(delta)));
      if (this.#given < written.length) break;
      events.push(...this.#end(block));
      block = this.#blocks[this.#index];
    }
    return events;
  }

  #start({ ...block }: AnswerBlock): readonly BlockEvent[] {
    if (block.kind !== 'call') return [];
    const body = { contentBlockIndex: this.#index, start: { toolUse: block.call } };
    return [{ type: 'contentBlockStart', body }];
  }

  #delta(delta: object): BlockEvent {
    const body = { contentBlockIndex: this.#index, delta };
    return { type: 'contentBlockDelta', body };
  }

  #end(block: AnswerBlock): readonly BlockEvent[] {
    const last = block.isCut ? [] : lastDeltasOf(block).map((delta) => this.#delta(delta));
    const stop = { contentBlockIndex: this.#index };
    this.#index += 1;
    this.#given = 0;
    this.#decoder = new TextDecoder();
    return [...last, { type: 'contentBlockStop', body: stop }];
  }
}

function deltasOf(block: AnswerBlock, text: string): readonly object[] {
  switch (block.kind) {
    case 'text':
    case 'cited':
      return [{ text }];
    case 'thought':
      return [{ reasoningContent: { text } }];
    case 'call':
      return piecesOf(text).map((input) => ({ toolUse: { input } }));
    default:
      return block satisfies never;
  }
}

function lastDeltasOf(block: AnswerBlock): readonly object[] {
  switch (block.kind) {
    case 'thought':
      return [{ reasoningContent: { signature: block.signature } }];
    case 'cited':
      return block.citations.map((citation) => ({ citation }));
    default:
      return [];
  }
}

function piecesOf(text: string): readonly string[] {
  const count = Math.ceil(text.length / INPUT_PIECE);
  return Array.from({ length: count }, (_, i) =>
    text.slice(i * INPUT_PIECE, (i + 1) * INPUT_PIECE),
  );
}
