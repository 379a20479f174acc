import type {
  Citation,
  ContentBlock,
  Json,
  ToolResult,
  ToolResultBlock,
  ToolUse,
} from '../../contract/conversation.ts';

/** The facts in the event that starts a block. Blocks of text and reasoning have no such event. */
export interface BlockStart {
  readonly toolUse?: Omit<ToolUse, 'input'>;
  readonly toolResult?: Omit<ToolResult, 'content'>;
  readonly image?: { readonly format: string };
}

/** A piece of a block: exactly one of the fields is set. Bytes are texts in base64. */
export interface Piece {
  readonly text?: string;
  readonly toolInput?: string;
  readonly toolResult?: readonly ToolResultBlock[];
  readonly reasoning?: string;
  readonly signature?: string;
  readonly redacted?: string;
  readonly citation?: Citation;
  readonly imageBytes?: string;
}

/** A block of an answer while its pieces arrive. The pieces show what kind of block it is. */
export class DraftBlock {
  #start: BlockStart = {};
  #text = '';
  #toolInput = '';
  #reasoning: string | undefined;
  #signature: string | undefined;
  readonly #toolResult: ToolResultBlock[] = [];
  readonly #redacted: Buffer[] = [];
  readonly #imageBytes: Buffer[] = [];
  readonly #citations: Citation[] = [];
  #hasEnded = false;

  begin(start: BlockStart): void {
    this.#start = start;
  }

  add(piece: Piece): void {
    this.#text += piece.text ?? '';
    this.#toolInput += piece.toolInput ?? '';
    if (piece.reasoning !== undefined) this.#reasoning = (this.#reasoning ?? '') + piece.reasoning;
    if (piece.signature !== undefined) this.#signature = (this.#signature ?? '') + piece.signature;
    if (piece.toolResult) this.#toolResult.push(...piece.toolResult);
    if (piece.redacted) this.#redacted.push(Buffer.from(piece.redacted, 'base64'));
    if (piece.imageBytes) this.#imageBytes.push(Buffer.from(piece.imageBytes, 'base64'));
    if (piece.citation) this.#citations.push(piece.citation);
  }

  end(): void {
    this.#hasEnded = true;
  }

  /**
   * True for a tool call without a whole input: the answer was cut, or the model wrote no JSON.
   *
   * @param isComplete true if the model has ended its answer
   */
  isBrokenToolCall(isComplete: boolean): boolean {
    if (!this.#start.toolUse) return false;
    return !(this.#hasEnded || isComplete) || inputOf(this.#toolInput) === undefined;
  }

  /**
   * Returns the block, or nothing if it is of no use: it is empty, it is a broken tool call, or it is a
   * part of a thought, which has no signature yet and which no model accepts in the next turn.
   *
   * @param isComplete true if the model has ended its answer
   */
  block(isComplete: boolean): readonly ContentBlock[] {
    const isWhole = this.#hasEnded || isComplete;
    const { toolUse, toolResult, image } = this.#start;
    if (this.isBrokenToolCall(isComplete)) return [];
    if (toolUse) return [{ toolUse: { ...toolUse, input: inputOf(this.#toolInput) } }];
    if (toolResult) return [{ toolResult: { ...toolResult, content: this.#toolResult } }];
    if (image) {
      const bytes = Buffer.concat(this.#imageBytes).toString('base64');
      return isWhole ? [{ image: { format: image.format, source: { bytes } } }] : [];
    }
    return isWhole || this.#text !== '' ? this.#prose() : [];
  }

  #prose(): readonly ContentBlock[] {
    if (this.#redacted.length > 0) {
      const redactedContent = Buffer.concat(this.#redacted).toString('base64');
      return [{ reasoningContent: { redactedContent } }];
    }
    if (this.#reasoning !== undefined || this.#signature !== undefined) {
      const signature = this.#signature;
      const reasoningText = {
        text: this.#reasoning ?? '',
        ...(signature !== undefined && { signature }),
      };
      return [{ reasoningContent: { reasoningText } }];
    }
    if (this.#citations.length > 0) {
      const content = this.#text === '' ? [] : [{ text: this.#text }];
      return [{ citationsContent: { content, citations: this.#citations } }];
    }
    return this.#text === '' ? [] : [{ text: this.#text }];
  }
}

/** Returns the input of a tool call; undefined if the text is not JSON. No text is an empty input. */
function inputOf(text: string): Json | undefined {
  if (text.trim() === '') return {};
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
