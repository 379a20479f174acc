import { type ModelAnswer, TIME_LIMIT, type Usage } from './model-client.ts';
import { tokensOfBytes } from './token-estimate.ts';

/** One event of a model's stream. A stream sends the blocks of an answer in pieces. */
export type AnswerEvent =
  /** A tool call begins in this block. */
  | { readonly type: 'tool-call'; readonly block: number }
  /**
   * A piece of a block. `bytes` is the length of its text, reasoning or tool input; `text` is set
   * if it belongs to the answer's text.
   */
  | {
      readonly type: 'content';
      readonly block: number;
      readonly bytes: number;
      readonly text?: string;
    }
  | { readonly type: 'block-stop'; readonly block: number }
  | { readonly type: 'message-stop'; readonly stopReason: string }
  | { readonly type: 'usage'; readonly usage: Usage }
  /** An event without content, such as the start of the message. */
  | { readonly type: 'other' };

/** An answer while its stream is read. */
export class AnswerAssembly {
  readonly #inputTokens: number;
  /** The text of each text block, by the block's position. */
  readonly #texts = new Map<number, string>();
  readonly #openToolCalls = new Set<number>();
  #bytes = 0;
  #stopReason?: string;
  #usage?: Usage;

  /** @param inputTokens the estimated tokens of the prompt, for a stream that reports no usage */
  constructor(inputTokens: number) {
    this.#inputTokens = inputTokens;
  }

  add(event: AnswerEvent): void {
    switch (event.type) {
      case 'tool-call':
        this.#openToolCalls.add(event.block);
        break;
      case 'content':
        this.#bytes += event.bytes;
        if (event.text === undefined) break;
        this.#texts.set(event.block, (this.#texts.get(event.block) ?? '') + event.text);
        break;
      case 'block-stop':
        this.#openToolCalls.delete(event.block);
        break;
      case 'message-stop':
        this.#stopReason = event.stopReason;
        break;
      case 'usage':
        this.#usage = event.usage;
        break;
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
    return this.#stopReason !== undefined;
  }

  /** The usage that the stream has reported, or an estimate from the bytes received so far. */
  get usage(): Usage {
    return (
      this.#usage ?? {
        inputTokens: this.#inputTokens,
        outputTokens: tokensOfBytes(this.#bytes),
        estimated: true,
      }
    );
  }

  /** The answer so far. Its stop reason is `time_limit` if the answer is not complete. */
  get answer(): ModelAnswer {
    const blocks = [...this.#texts].sort(([a], [b]) => a - b);
    return {
      text: blocks.map(([, text]) => text).join(''),
      stopReason: this.#stopReason ?? TIME_LIMIT,
      usage: this.usage,
      ...(!this.isComplete && this.#openToolCalls.size > 0 && { inToolCall: true }),
    };
  }
}
