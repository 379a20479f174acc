import type {
  ContentBlock,
  Conversation,
  DocumentBlock,
  MediaBlock,
  ToolResultBlock,
} from '../../contract/conversation.ts';
import type { Tier } from '../../contract/policy.ts';
import { tokensOfBytes } from './token-estimate.ts';

/**
 * Estimates of files, low like the estimate of a text. Claude counts width × height / 750 tokens for
 * an image, which is 1,600 for the largest that it does not shrink. A page of a PDF has some 2,000
 * tokens and tens of kilobytes.
 */
const IMAGE_TOKENS = 500;
const FILE_BYTES_PER_TOKEN = 100;

/** The formats of documents that are text. */
const TEXT_FORMATS: readonly string[] = ['csv', 'html', 'md', 'txt'];

/**
 * Estimates the tokens of the prompt as this tier sends it. The estimate is deliberately low. If a
 * prompt is too long after all, the target refuses it free of charge and the run tries the next
 * target. A skipped target, in contrast, might have had room for the prompt.
 */
export function estimatedTokens(
  { messages, system = [], toolConfig, outputConfig }: Conversation,
  { simplify = '' }: Partial<Tier>,
): number {
  const blocks = [...system, ...messages.flatMap(({ content }) => content)];
  const blockTokens = blocks.reduce((sum, block) => sum + tokensOfBlock(block), 0);
  const schema = outputConfig?.textFormat?.structure.jsonSchema.schema ?? '';
  return blockTokens + tokensOf(simplify) + tokensOf(schema) + tokensOfJson(toolConfig?.tools);
}

function tokensOfBlock(block: ContentBlock): number {
  const { text, image, document, video, audio, toolResult, guardContent, ...rest } = block;
  if (text !== undefined) return tokensOf(text);
  if (image || guardContent?.image) return IMAGE_TOKENS;
  if (document) return tokensOfDocument(document);
  if (video || audio) return tokensOfFile(video ?? audio);
  if (guardContent) return tokensOf(guardContent.text?.text ?? '');
  if (toolResult) {
    return toolResult.content.reduce((sum, each) => sum + tokensOfResult(each), 0);
  }
  return tokensOfJson(rest);
}

function tokensOfResult({ json, ...block }: ToolResultBlock): number {
  return json === undefined ? tokensOfBlock(block) : tokensOfJson(json);
}

function tokensOfDocument({ format, source }: DocumentBlock): number {
  const { text, content, bytes = '' } = source;
  if (text !== undefined) return tokensOf(text);
  if (content) return content.reduce((sum, each) => sum + tokensOf(each.text), 0);
  const size = bytesOfBase64(bytes);
  const isText = format !== undefined && TEXT_FORMATS.includes(format);
  return isText ? tokensOfBytes(size) : Math.ceil(size / FILE_BYTES_PER_TOKEN);
}

function tokensOfFile(block: MediaBlock | undefined): number {
  return Math.ceil(bytesOfBase64(block?.source.bytes ?? '') / FILE_BYTES_PER_TOKEN);
}

function bytesOfBase64(text: string): number {
  return (text.length / 4) * 3;
}

function tokensOf(text: string): number {
  return tokensOfBytes(Buffer.byteLength(text));
}

function tokensOfJson(value: unknown): number {
  return value === undefined ? 0 : tokensOf(JSON.stringify(value));
}
