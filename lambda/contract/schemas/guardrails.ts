/** The guardrails of the settings: for each name, one guardrail in each Region that has it. */
import * as z from 'zod';
import { NAME, region } from './chain.ts';

export const GUARDRAIL_VERSION = z
  .string()
  .regex(/^([1-9][0-9]{0,7}|DRAFT)$/, 'a version number or DRAFT');

const guardrail = z.strictObject({
  id: z
    .string()
    .regex(
      /^([a-z0-9]+|arn:aws[a-z-]*:bedrock:[a-z0-9-]+:\d{12}:guardrail\/[a-z0-9]+)$/,
      'the id or the ARN of a guardrail',
    ),
  version: GUARDRAIL_VERSION,
});

export const guardrails = z.record(
  NAME,
  z.record(region, guardrail).refine((given) => Object.keys(given).length > 0, {
    message: 'at least 1 region',
  }),
);
