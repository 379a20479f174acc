/** The tools of a conversation, and how a model may choose between them. */
import * as z from 'zod';
import { cachePoint, toolName } from './content-blocks.ts';
import { oneOf } from './one-of.ts';
import { wellFormed } from './text.ts';

const inputSchema = z
  .record(z.string(), z.unknown())
  .refine(({ type }) => type === 'object', { message: 'a JSON schema of the type object' });

const tool = oneOf({
  toolSpec: z.strictObject({
    name: toolName,
    description: wellFormed.min(1).optional(),
    inputSchema: z.strictObject({ json: inputSchema }),
    strict: z.boolean().optional(),
  }),
  systemTool: z.strictObject({ name: toolName }),
  cachePoint,
});

const empty = z.strictObject({});

export const toolConfig = z.strictObject({
  tools: z.array(tool).min(1).max(500),
  toolChoice: oneOf({ auto: empty, any: empty, tool: z.strictObject({ name: toolName }) })
    .optional()
    .describe('`any` and `tool` force a call: only models that can be forced serve the job.'),
});
