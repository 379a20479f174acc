/** Errors as callers see them, RFC 9457: the request function's and the gateway's own. */
import * as z from 'zod';
import { PROBLEM } from '../problems.ts';

const TYPES = Object.values(PROBLEM).map(({ type }) => type);

export const problemDetails = z
  .object({
    type: z.enum(TYPES).describe('Stable: what to tell problems apart by.'),
    title: z.string(),
    status: z.int().min(400).max(599).optional(),
    detail: z.string().optional(),
    errors: z
      .array(
        z.object({
          field: z.string().describe('`inferenceConfig.maxTokens`; `body` for the whole.'),
          detail: z.string(),
        }),
      )
      .readonly()
      .optional()
      .describe('What is not valid, field by field; the first twenty.'),
    requestId: z.string().describe('Finds the request in the logs.'),
  })
  .meta({
    examples: [
      {
        ...PROBLEM.invalidRequest,
        errors: [{ field: 'prompt', detail: 'got nothing, allowed is string' }],
        requestId: '3f6e0f3a-6e07-4a52-9f0e-0d6a3b1a4c5d',
      },
    ],
  });

export type ProblemDetails = z.infer<typeof problemDetails>;
