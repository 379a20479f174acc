/** Translates content blocks between their JSON, which has bytes as base64, and the SDK's objects. */
import type {
  ContentBlockDelta,
  ContentBlockStart,
  ContentBlock as SdkBlock,
} from '@aws-sdk/client-bedrock-runtime';
import type { ContentBlock, ToolResultBlock } from '../contract/conversation.ts';
import type { BlockStart, Piece } from '../core/router/draft-block.ts';

/** Returns a block with its files as bytes. */
export function sdkBlock(block: ContentBlock | ToolResultBlock): object {
  if (block.image) return { image: withBytes(block.image) };
  if (block.document) return { document: withBytes(block.document) };
  if (block.video) return { video: withBytes(block.video) };
  if ('audio' in block && block.audio) return { audio: withBytes(block.audio) };
  if ('guardContent' in block && block.guardContent?.image) {
    return { guardContent: { image: withBytes(block.guardContent.image) } };
  }
  if ('toolResult' in block && block.toolResult) {
    const content = block.toolResult.content.map(sdkBlock);
    return { toolResult: { ...block.toolResult, content } };
  }
  if ('reasoningContent' in block && block.reasoningContent?.redactedContent !== undefined) {
    const { redactedContent } = block.reasoningContent;
    return { reasoningContent: { redactedContent: bytesOf(redactedContent) } };
  }
  return block;
}

function withBytes<Media extends { readonly source: { readonly bytes?: string } }>(media: Media) {
  const { bytes } = media.source;
  return bytes === undefined ? media : { ...media, source: { bytes: bytesOf(bytes) } };
}

function bytesOf(base64: string): Uint8Array {
  return Buffer.from(base64, 'base64');
}

/** Returns a block of an answer as JSON. */
export function jsonBlock(block: SdkBlock): ContentBlock {
  return jsonOf(block) as ContentBlock;
}

/** Returns what the start of a block says; undefined if it says nothing that this project knows. */
export function startOf({ toolUse, toolResult, image }: ContentBlockStart): BlockStart | undefined {
  const start = toolUse ? { toolUse } : toolResult ? { toolResult } : image && { image };
  return start as BlockStart | undefined;
}

export function pieceOf(delta: ContentBlockDelta): Piece {
  const { text, toolUse, toolResult, reasoningContent, citation, image } = delta;
  if (text !== undefined) return { text };
  if (toolUse) return { toolInput: toolUse.input ?? '' };
  if (toolResult) return { toolResult: jsonOf(toolResult) as readonly ToolResultBlock[] };
  if (citation) return { citation: citation as Piece['citation'] };
  if (image?.source?.bytes) return { imageBytes: base64Of(image.source.bytes) };
  const { text: reasoning, signature, redactedContent } = reasoningContent ?? {};
  if (redactedContent) return { redacted: base64Of(redactedContent) };
  if (signature !== undefined) return { signature };
  return reasoning === undefined ? {} : { reasoning };
}

/**
 * Returns a value of the SDK as JSON. The SDK has bytes where Converse has base64. Numbers that
 * JavaScript cannot hold exactly are objects of their own in the SDK, which JSON cannot express; they
 * become the nearest number.
 */
export function jsonOf(value: unknown): unknown {
  if (value instanceof Uint8Array) return base64Of(value);
  if (typeof value === 'bigint') return Number(value);
  if (Array.isArray(value)) return value.map(jsonOf);
  if (typeof value !== 'object' || value === null) return value;
  if (isDecimal(value)) return Number(value.string);
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, jsonOf(each)]));
}

/**
 * True for the SDK's object for a number with many digits; its class is in a package of the SDK. An object
 * from JSON is of no class, so its prototype has none.
 */
function isDecimal(value: object): value is { readonly string: string } {
  return Object.getPrototypeOf(Object.getPrototypeOf(value)) !== null;
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
