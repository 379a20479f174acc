/** The body of an error (RFC 9457), from the functions and from the gateway itself. */
import * as z from 'zod';
import { PROBLEM } from '../problems.ts';

const TYPES = Object.values(PROBLEM).map(({ type }) => type);

export const problemDetails = z
  .object({
    type: z.enum(TYPES).describe('Identifies the kind of problem. It never changes; texts may.'),
    title: z.string(),
    status: z.int().min(400).max(599).optional(),
    detail: z.string().optional(),
    errors: z
      .array(
        z.object({
          field: z
            .string()
            .describe('A path such as `inferenceConfig.maxTokens`; `body` for the whole body.'),
          detail: z.string(),
        }),
      )
      .readonly()
      .optional()
      .describe('The invalid fields, at most twenty.'),
    requestId: z.string().describe('Identifies the request in the logs.'),
  })
  .meta({
    examples: [
      {
        ...PROBLEM.invalidRequest,
        errors: [{ field: 'prompt', detail: 'got nothing, allowed is a text' }],
        requestId: '3f6e0f3a-6e07-4a52-9f0e-0d6a3b1a4c5d',
      },
    ],
  });

export type ProblemDetails = z.infer<typeof problemDetails>;
