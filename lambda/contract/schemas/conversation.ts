/**
 * The part of a job's body that is Converse's own request. Its limits are those of the AWS SDK's types
 * and of the API's reference.
 */
import * as z from 'zod';
import type { Conversation, InferenceConfig } from '../conversation.ts';
import { contentBlock, systemBlock } from './content-blocks.ts';
import { GUARDRAIL_VERSION } from './guardrails.ts';
import { outputConfig } from './output-config.ts';
import { prose, wellFormed } from './text.ts';
import { toolConfig } from './tools.ts';

/** A list of blocks, or a string that stands for one block of text. */
function blocks<Block extends z.ZodType>(block: Block, most: number) {
  return z.union([prose, z.array(block).min(1).max(most)]);
}

/** Returns blocks in the form that Converse takes. */
export function asBlocks<Block>(given: string | readonly Block[]) {
  return typeof given === 'string' ? [{ text: given }] : given;
}

const message = z.strictObject({
  role: z.enum(['user', 'assistant', 'system']),
  content: blocks(contentBlock, 1000).describe(
    'The blocks of the message, or a string for one block of text.',
  ),
});

const inferenceConfig = z.strictObject({
  maxTokens: z
    .int()
    .min(1)
    .max(1_000_000)
    .optional()
    .describe('The longest answer in tokens; a tier or a model may lower it.'),
  temperature: z.number().min(0).max(1).optional(),
  topP: z.number().min(0).max(1).optional(),
  stopSequences: z
    .array(wellFormed.min(1))
    .max(2500)
    .optional()
    .describe('Texts that end the answer.'),
} satisfies Record<keyof InferenceConfig, z.ZodType>);

const guardrailConfig = z.strictObject({
  guardrailIdentifier: z
    .string()
    .min(1)
    .max(2048)
    .describe('A guardrail’s name in the settings, or its id or ARN.'),
  guardrailVersion: GUARDRAIL_VERSION.optional().describe(
    'The version of an id or an ARN. For a name, the settings have the version.',
  ),
  trace: z.enum(['disabled', 'enabled', 'enabled_full']).optional(),
  streamProcessingMode: z.enum(['sync', 'async']).optional(),
});

const METADATA = '256 letters, digits, spaces and : _ @ $ # = / + , . -';
const requestMetadata = z
  .record(
    z.string().regex(/^[a-zA-Z0-9\s:_@$#=/+,.-]{1,256}$/, `1 to ${METADATA}`),
    z.string().regex(/^[a-zA-Z0-9\s:_@$#=/+,.-]{0,256}$/, `at most ${METADATA}`),
  )
  .refine((entries) => Object.keys(entries).length <= 16, { message: 'at most 16 entries' })
  .meta({ maxProperties: 16 });

export const conversationFields = {
  messages: z
    .array(message)
    .min(1)
    .max(1000)
    .optional()
    .describe('The conversation as in Converse; use it instead of `prompt`.'),
  system: blocks(systemBlock, 100)
    .optional()
    .describe('The system prompt: blocks as in Converse, or a string.'),
  inferenceConfig: inferenceConfig
    .optional()
    .describe('Parameters that a model refuses are omitted and listed in `degradedBy`.'),
  toolConfig: toolConfig.optional(),
  guardrailConfig: guardrailConfig.optional(),
  outputConfig: outputConfig.optional(),
  additionalModelRequestFields: z
    .record(z.string(), z.unknown())
    .optional()
    .describe('The model’s own parameters, such as `thinking`. They pass unchanged.'),
  additionalModelResponseFieldPaths: z
    .array(z.string().regex(/^\//, 'a JSON pointer').max(256))
    .max(10)
    .optional(),
  requestMetadata: requestMetadata.optional(),
  performanceConfig: z
    .strictObject({ latency: z.enum(['standard', 'optimized']).optional() })
    .optional(),
  serviceTier: z
    .strictObject({ type: z.enum(['default', 'flex', 'priority', 'reserved']) })
    .optional(),
} satisfies Record<keyof Conversation, z.ZodType>;
