/** The content of a message as parts that a page can show as text, or offer as a file. */
import type {
  ContentBlock,
  Conversation,
  MediaSource,
  ToolResultBlock,
} from '../../../../lambda/contract/conversation.ts';

export interface TextPart {
  readonly kind: 'text';
  /** `Text`, `Thought`, `Tool wind, call call-1`, … */
  readonly title: string;
  readonly text: string;
}

export interface FilePart {
  readonly kind: 'file';
  readonly title: string;
  /** Its format: `png`, `pdf`, … */
  readonly format: string;
  /** The number of bytes; absent if the file is not part of the request. */
  readonly bytes?: number;
  /** The content in base64, if it is part of the request. */
  readonly base64?: string;
  /** The place of the file, if it is stored elsewhere. */
  readonly place?: string;
}

export type Part = TextPart | FilePart;

/** Returns the parts of a block. A block that this page does not know is shown as JSON. */
export function partsOf(block: ContentBlock | ToolResultBlock): readonly Part[] {
  const { image, document, video } = block;
  const audio = 'audio' in block ? block.audio : undefined;
  if (block.text !== undefined) return [text('Text', block.text)];
  if (image) return [file('Image', image.format, image.source)];
  if (video) return [file('Video', video.format, video.source)];
  if (audio) return [file('Audio', audio.format, audio.source)];
  if (document) return documentParts(document);
  return toolParts(block) ?? [text(Object.keys(block)[0] ?? 'Empty block', json(block))];
}

function toolParts(block: ContentBlock | ToolResultBlock): readonly Part[] | undefined {
  if ('json' in block) return [text('JSON', json(block.json))];
  if ('toolUse' in block && block.toolUse) {
    const { name, input, toolUseId } = block.toolUse;
    return [text(`Call of the tool ${name} (${toolUseId})`, json(input))];
  }
  if ('toolResult' in block && block.toolResult) {
    const { toolUseId, status, content } = block.toolResult;
    const title = `Result of ${toolUseId}${status === 'error' ? ', an error' : ''}`;
    return content.flatMap(partsOf).map((part) => ({ ...part, title: `${title}: ${part.title}` }));
  }
  if ('reasoningContent' in block && block.reasoningContent) {
    const { reasoningText, redactedContent = '' } = block.reasoningContent;
    if (reasoningText) return [text('Thought', reasoningText.text)];
    return [text('Thought', `encrypted, ${bytesOf(redactedContent)} bytes`)];
  }
  if ('citationsContent' in block && block.citationsContent) {
    const { content = [], citations = [] } = block.citationsContent;
    const sources = citations.map(({ title, source }) => title ?? source ?? 'a document');
    return [
      text(`Text with citations of ${sources.join(', ')}`, content.map((c) => c.text).join('')),
    ];
  }
  return undefined;
}

function documentParts({
  name,
  format = 'text',
  source,
  context,
}: NonNullable<ContentBlock['document']>): readonly Part[] {
  const title = `Document ${name}`;
  const parts =
    source.text !== undefined
      ? [text(title, source.text)]
      : source.content
        ? [text(title, source.content.map((each) => each.text).join('\n\n'))]
        : [file(title, format, source)];
  return context === undefined ? parts : [...parts, text(`Context of ${name}`, context)];
}

function file(title: string, format: string, source: MediaSource): FilePart {
  const { bytes, upload, s3Location } = source;
  if (bytes !== undefined) {
    return { kind: 'file', title, format, bytes: bytesOf(bytes), base64: bytes };
  }
  return { kind: 'file', title, format, place: upload ? `upload ${upload}` : s3Location?.uri };
}

/** Returns the number of bytes that a text in base64 stands for. */
export function bytesOf(base64: string): number {
  return Math.floor((base64.replace(/=+$/, '').length * 3) / 4);
}

function text(title: string, content: string): TextPart {
  return { kind: 'text', title, text: content };
}

function json(value: unknown): string {
  return JSON.stringify(value, null, 2) ?? 'nothing';
}

/** The parts of a request that are no messages: tools, limits, a schema, … Absent ones are left out. */
export function settingsOf(request: Partial<Conversation>): readonly TextPart[] {
  const { messages: _, system: _system, ...others } = request;
  return Object.entries(others)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => text(name, typeof value === 'string' ? value : json(value)));
}
