/** The fields that fault rules share. GET /_control shows the descriptions and units to the user. */
import { z } from 'zod';
import { OPERATIONS } from './model-call.ts';

const PATTERN = 'a text of at least one character, in which * stands for any characters';
const PROBABILITY = 'a number above 0 and at most 1';
const START = 'a number of seconds, at least 0';
const TOKENS = 'a whole number of tokens, at least 0';

/** The fields that every rule may have. */
export const COMMON_FIELDS = {
  operation: z
    .enum(OPERATIONS, OPERATIONS.join(' or '))
    .optional()
    .describe('The operation of the calls. Default: every operation.'),
  region: pattern('The region of the calls, with * for any characters. Default: *.'),
  model: pattern('The model or profile id of the calls, with * for any characters. Default: *.'),
  prompt: pattern(
    'The text of the last user message of the calls, with * for any characters. Default: *.',
  ),
  probability: z
    .number(PROBABILITY)
    .positive(PROBABILITY)
    .max(1, PROBABILITY)
    .optional()
    .meta({ description: 'The share of the calls that are affected. Default: 1.', unit: 'share' }),
  atSeconds: z.number(START).min(0, START).optional().meta({
    description: 'The time from setting the rule until the fault begins. Default: 0.',
    unit: 'seconds',
  }),
  forSeconds: above0('seconds')
    .optional()
    .meta({ description: 'The duration of the fault. Default: until it is cleared.' }),
};

/** The point at which a stream breaks. */
export const AFTER_TOKENS = z.int(TOKENS).min(0, TOKENS).optional().meta({
  description:
    'The tokens that the caller gets first; a shorter answer breaks at its end. Default: a random number, at least 1 and below the length of the answer.',
  unit: 'tokens',
});

export function above0(unit?: string) {
  const allowed = unit === undefined ? 'a number above 0' : `a number of ${unit} above 0`;
  const number = z.number(allowed).positive(allowed);
  return unit === undefined ? number : number.meta({ unit });
}

function pattern(description: string) {
  return z.string(PATTERN).min(1, PATTERN).optional().describe(description);
}
