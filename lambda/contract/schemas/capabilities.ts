/** The capabilities in which a target differs from what is known of its model. */
import * as z from 'zod';
import { type Capabilities, NEEDS, PREFERENCES, SAMPLING } from '../capabilities.ts';
import { STREAMS } from '../words.ts';

const flags = Object.fromEntries(
  [...NEEDS, ...PREFERENCES].map((name) => [name, z.boolean().optional()]),
);

const tokens = z.int().min(1).max(100_000_000).optional();

export const capabilities = z.strictObject({
  ...flags,
  sampling: z.enum(SAMPLING).optional(),
  streams: z.enum(STREAMS).optional(),
  contextWindow: tokens,
  maxOutputTokens: tokens,
}) as z.ZodType<Partial<Capabilities>>;
