/** The content blocks of messages and of the system prompt, as Converse defines them. */
import * as z from 'zod';
import {
  audioBlock,
  citationsConfig,
  documentBlock,
  imageBlock,
  videoBlock,
} from './media-blocks.ts';
import { oneOf } from './one-of.ts';
import { prose, wellFormed } from './text.ts';

const json = z.unknown().refine((value) => value !== undefined, { message: 'a value' });
const base64 = z.base64({ error: 'bytes in base64' }).min(1);

const toolId = z
  .string()
  .regex(/^[a-zA-Z0-9_-]{1,64}$/, '1 to 64 letters, digits, underscores and hyphens');
export const toolName = toolId;

export const cachePoint = z.strictObject({
  type: z.literal('default'),
  ttl: z.enum(['5m', '1h']).optional(),
});

const texts = z.array(z.strictObject({ text: wellFormed }));

const searchResult = z.strictObject({
  source: wellFormed.min(1),
  title: wellFormed.min(1),
  content: texts.min(1),
  citations: citationsConfig.optional(),
});

const toolUse = z.strictObject({
  toolUseId: toolId,
  name: toolName,
  input: json,
  type: z.literal('server_tool_use').optional(),
});

const toolResult = z.strictObject({
  toolUseId: toolId,
  content: z.array(
    oneOf({
      json,
      text: wellFormed.min(1),
      image: imageBlock,
      document: documentBlock,
      video: videoBlock,
      searchResult,
    }),
  ),
  status: z.enum(['success', 'error']).optional(),
  type: z.string().min(1).optional(),
});

const guardContent = oneOf({
  text: z.strictObject({
    text: prose,
    qualifiers: z.array(z.enum(['grounding_source', 'query', 'guard_content'])).optional(),
  }),
  image: z.strictObject({
    format: z.enum(['png', 'jpeg']),
    source: z.strictObject({ bytes: base64 }),
  }),
});

const reasoningContent = oneOf({
  reasoningText: z.strictObject({ text: wellFormed, signature: z.string().optional() }),
  redactedContent: base64,
});

const span = (first: string) =>
  z.strictObject({
    [first]: z.int().min(0).optional(),
    start: z.int().min(0).optional(),
    end: z.int().min(0).optional(),
  });

const citation = z.strictObject({
  title: wellFormed.optional(),
  source: wellFormed.optional(),
  sourceContent: texts.optional(),
  location: oneOf({
    web: z.strictObject({ url: z.string().optional(), domain: z.string().optional() }),
    documentChar: span('documentIndex'),
    documentPage: span('documentIndex'),
    documentChunk: span('documentIndex'),
    searchResultLocation: span('searchResultIndex'),
  }).optional(),
});

const toolReference = z.strictObject({
  tool: z.strictObject({
    type: z.string().optional(),
    name: toolName.optional(),
    serverName: z.string().optional(),
  }),
});

export const contentBlock = oneOf({
  text: prose,
  image: imageBlock,
  document: documentBlock,
  video: videoBlock,
  audio: audioBlock,
  toolUse,
  toolResult,
  guardContent,
  cachePoint,
  reasoningContent,
  citationsContent: z.strictObject({
    content: texts.optional(),
    citations: z.array(citation).optional(),
  }),
  searchResult,
  toolAddition: toolReference,
  toolRemoval: toolReference,
});

export const systemBlock = oneOf({ text: prose, guardContent, cachePoint });
