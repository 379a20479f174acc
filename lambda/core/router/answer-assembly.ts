import type { ContentBlock, Json } from '../../contract/conversation.ts';
import { type BlockStart, DraftBlock, type Piece } from './draft-block.ts';
import { type ModelAnswer, TIME_LIMIT, type Usage } from './model-client.ts';
import { tokensOfBytes } from './token-estimate.ts';

/** One event of a model's stream. A stream sends the blocks of an answer in pieces. */
export type AnswerEvent =
  | { readonly type: 'block-start'; readonly block: number; readonly start: BlockStart }
  /** `bytes` is the length of the piece's text, reasoning, tool input or other content. */
  | {
      readonly type: 'content';
      readonly block: number;
      readonly bytes: number;
      readonly piece: Piece;
    }
  | { readonly type: 'block-stop'; readonly block: number }
  | {
      readonly type: 'message-stop';
      readonly stopReason: string;
      readonly additionalModelResponseFields?: Json;
    }
  | { readonly type: 'usage'; readonly usage: Usage; readonly trace?: Json }
  /** An event without content, such as the start of the message. */
  | { readonly type: 'other' };

/** An answer while its stream is read. */
export class AnswerAssembly {
  readonly #inputTokens: number;
  /** The blocks by their positions in the answer. */
  readonly #drafts = new Map<number, DraftBlock>();
  #bytes = 0;
  #stop: { readonly stopReason: string; readonly additionalModelResponseFields?: Json } | undefined;
  #usage: { readonly usage: Usage; readonly trace?: Json } | undefined;

  /** @param inputTokens the estimated tokens of the prompt, for a stream that reports no usage */
  constructor(inputTokens: number) {
    this.#inputTokens = inputTokens;
  }

  add(event: AnswerEvent): void {
    switch (event.type) {
      case 'block-start':
        this.#draft(event.block).begin(event.start);
        break;
      case 'content':
        this.#bytes += event.bytes;
        this.#draft(event.block).add(event.piece);
        break;
      case 'block-stop':
        this.#draft(event.block).end();
        break;
      case 'message-stop': {
        const { type: _, ...stop } = event;
        this.#stop = stop;
        break;
      }
      case 'usage': {
        const { type: _, ...usage } = event;
        this.#usage = usage;
        break;
      }
      case 'other':
        break;
      default:
        event satisfies never;
    }
  }

  /** True once the model has sent any text, reasoning or tool input. */
  get hasToken(): boolean {
    return this.#bytes > 0;
  }

  /** True once the model has said that the answer has ended. The usage may still follow. */
  get isComplete(): boolean {
    return this.#stop !== undefined;
  }

  /** The usage that the stream has reported, or an estimate from the bytes received so far. */
  get usage(): Usage {
    return (
      this.#usage?.usage ?? {
        inputTokens: this.#inputTokens,
        outputTokens: tokensOfBytes(this.#bytes),
        estimated: true,
      }
    );
  }

  /** The answer so far. Its stop reason is `time_limit` if the answer is not complete. */
  get answer(): ModelAnswer {
    const drafts = [...this.#drafts].sort(([a], [b]) => a - b).map(([, draft]) => draft);
    const content = drafts.flatMap((draft): readonly ContentBlock[] =>
      draft.block(this.isComplete),
    );
    const { trace } = this.#usage ?? {};
    return {
      message: { role: 'assistant', content },
      ...(this.#stop ?? { stopReason: TIME_LIMIT }),
      usage: this.usage,
      ...(trace !== undefined && { trace }),
      ...(drafts.some((draft) => draft.isBrokenToolCall(this.isComplete)) && {
        hasBrokenToolCall: true,
      }),
    };
  }

  #draft(block: number): DraftBlock {
    const known = this.#drafts.get(block);
    if (known) return known;
    const draft = new DraftBlock();
    this.#drafts.set(block, draft);
    return draft;
  }
}
