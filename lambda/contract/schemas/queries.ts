/** The query parameters of the routes. What a route does not know is refused: it may be a typo. */
import * as z from 'zod';
import { JOB_STATUSES } from '../words.ts';
import { type Fault, faultsOf, quoteOf } from './faults.ts';

/** Below the function's timeout and the gateway's 29 s, with time left to answer. */
const LONGEST_WAIT_SECONDS = 20;

export const listQuery = z.strictObject({
  status: z.enum(JOB_STATUSES).optional().describe('Only jobs in this state.'),
  limit: wholeNumber(1, 100).default(20).describe('Jobs on a page.'),
  cursor: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .describe('The `nextCursor` of the page before; it holds for the same key and `status` only.'),
});

export const jobQuery = z.strictObject({
  wait: wholeNumber(0, LONGEST_WAIT_SECONDS)
    .default(0)
    .describe('Seconds to wait for the job’s end before answering.'),
});

export const noQuery = z.strictObject({});

export type QuerySchema<Query> = z.ZodType<Query>;

export type ParsedQuery<Query> =
  | { readonly valid: true; readonly query: Query }
  | { readonly valid: false; readonly errors: readonly Fault[] };

/** `parameters` holds the values of each name, decoded, in the order in which they came. */
export function parseQuery<Query>(
  schema: QuerySchema<Query>,
  parameters: Readonly<Record<string, readonly string[] | undefined>>,
): ParsedQuery<Query> {
  const given = Object.entries(parameters);
  const repeated = given.flatMap(([name, values = []]) =>
    values.length === 1
      ? []
      : [{ field: name.slice(0, 64), detail: `got ${values.length} values, allowed is one` }],
  );
  if (repeated.length > 0) return { valid: false, errors: repeated };

  const single = Object.fromEntries(given.map(([name, values]) => [name, values?.[0]]));
  const parsed = schema.safeParse(single);
  return parsed.success
    ? { valid: true, query: parsed.data }
    : { valid: false, errors: faultsOf(parsed.error, single, quoteOf) };
}

/** Digits as people write them: no sign, no exponent, no leading zero. */
function wholeNumber(least: number, most: number) {
  return z
    .string()
    .refine((text) => /^(0|[1-9]\d{0,8})$/.test(text) && +text >= least && +text <= most, {
      message: `a whole number from ${least} to ${most}`,
    })
    .transform(Number)
    .pipe(z.int().min(least).max(most));
}
