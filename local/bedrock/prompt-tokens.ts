import { imageSize } from 'image-size';
import type {
  ContentBlock,
  Conversation,
  DocumentBlock,
  Tool,
  ToolResultBlock,
} from '../../lambda/contract/conversation.ts';

export const BYTES_PER_TOKEN = 4;

/** Claude counts a token for this many pixels of an image, and shrinks an image to this many tokens. */
const PIXELS_PER_TOKEN = 750;
const MOST_IMAGE_TOKENS = 1600;
/** A page of a PDF has some 2,000 tokens and tens of kilobytes. */
const FILE_BYTES_PER_TOKEN = 100;
const TEXT_FORMATS: readonly string[] = ['csv', 'html', 'md', 'txt'];

type PromptParts = Pick<Conversation, 'messages' | 'system' | 'toolConfig'>;

/** Counts the tokens of a prompt. */
export function tokensOfPrompt({ messages, system = [], toolConfig }: PromptParts): number {
  const blocks = [...system, ...messages.flatMap(({ content }) => content)];
  return sum(blocks.map(tokensOfBlock)) + sum((toolConfig?.tools ?? []).map(tokensOfTool));
}

/** Counts four bytes as a token: close enough for English, and easy to calculate in a test. */
export function tokensOf(text: string): number {
  return Math.ceil(Buffer.byteLength(text) / BYTES_PER_TOKEN);
}

export function tokensOfTool(tool: Tool): number {
  return tool.cachePoint ? 0 : tokensOf(JSON.stringify(tool));
}

export function tokensOfBlock(block: ContentBlock | ToolResultBlock): number {
  const { text, image, document, video, audio, toolResult, guardContent, cachePoint, ...rest } =
    block as ContentBlock;
  if (text !== undefined) return tokensOf(text);
  if (cachePoint) return 0;
  if (image ?? guardContent?.image) return tokensOfImage((image ?? guardContent?.image)?.source);
  if (document) return tokensOfDocument(document);
  if (video ?? audio) return tokensOfFile((video ?? audio)?.source.bytes);
  if (guardContent?.text) return tokensOf(guardContent.text.text);
  if (toolResult) return sum(toolResult.content.map(tokensOfBlock));
  return tokensOf(JSON.stringify(rest));
}

function tokensOfImage({ bytes = '' }: { readonly bytes?: string } = {}): number {
  try {
    const { width, height } = imageSize(Buffer.from(bytes, 'base64'));
    return Math.min(Math.ceil((width * height) / PIXELS_PER_TOKEN), MOST_IMAGE_TOKENS);
  } catch {
    return MOST_IMAGE_TOKENS;
  }
}

function tokensOfDocument({ format = '', source }: DocumentBlock): number {
  const { text, content, bytes = '' } = source;
  if (text !== undefined) return tokensOf(text);
  if (content) return sum(content.map((each) => tokensOf(each.text)));
  if (!TEXT_FORMATS.includes(format)) return tokensOfFile(bytes);
  return Math.ceil(Buffer.byteLength(bytes, 'base64') / BYTES_PER_TOKEN);
}

function tokensOfFile(bytes = ''): number {
  return Math.ceil(Buffer.byteLength(bytes, 'base64') / FILE_BYTES_PER_TOKEN);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, each) => all + each, 0);
}
