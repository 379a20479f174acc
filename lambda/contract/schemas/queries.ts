/** The query parameters of the routes. An unknown one is refused, because it may be a typo. */
import * as z from 'zod';
import { LONGEST_WAIT_SECONDS } from '../longest-wait.ts';
import { JOB_STATUSES } from '../words.ts';
import { type Parsed, parse, quoteOf } from './faults.ts';

/** The fields of a query that returns a list page by page. */
export const limit = wholeNumber(1, 100)
  .default(20)
  .describe('The maximum number of jobs on a page.');
export const cursor = z.string().min(1).max(512).optional();

export const listQuery = z.strictObject({
  status: z.enum(JOB_STATUSES).optional().describe('Returns only jobs with this status.'),
  limit,
  cursor: cursor.describe(
    'The `nextCursor` of the previous page; valid only with the same API key and `status`.',
  ),
});

/** Returns the query of one job. `longestWaitSeconds` is the largest `wait` that is allowed. */
export function jobQuery(longestWaitSeconds: number) {
  const schema = JOB_QUERIES.get(longestWaitSeconds) ?? newJobQuery(longestWaitSeconds);
  JOB_QUERIES.set(longestWaitSeconds, schema);
  return schema;
}

/** The schemas by their largest `wait`. A deployment has one, and making it takes longer than using it. */
const JOB_QUERIES = new Map<number, ReturnType<typeof newJobQuery>>();

function newJobQuery(longestWaitSeconds: number) {
  const { shared } = LONGEST_WAIT_SECONDS;
  return z.strictObject({
    wait: wholeNumber(0, longestWaitSeconds)
      .default(0)
      .describe(
        `The seconds to wait for the end of the job before responding. Above ${shared}, it is refused unless the deployment reserves concurrency for waiting requests.`,
      ),
  });
}

export const deleteQuery = z.strictObject({
  purge: z
    .literal('true')
    .optional()
    .describe(
      'Instead of cancelling, deletes the prompt, the files, the answer and the error’s detail of a job that has ended. The job itself stays, with its numbers and its metadata.',
    ),
});

export const noQuery = z.strictObject({});

export type QuerySchema<Query> = z.ZodType<Query>;

/**
 * Checks a query against its schema. `parameters` holds the decoded values of each name, in the
 * order of the URL.
 */
export function parseQuery<Query>(
  schema: QuerySchema<Query>,
  parameters: Readonly<Record<string, readonly string[] | undefined>>,
): Parsed<Query> {
  const given = Object.entries(parameters);
  const repeated = given.flatMap(([name, values = []]) =>
    values.length === 1
      ? []
      : [{ field: name.slice(0, 64), detail: `got ${values.length} values, allowed is one` }],
  );
  if (repeated.length > 0) return { valid: false, errors: repeated };

  const single = Object.fromEntries(given.map(([name, values]) => [name, values?.[0]]));
  return parse(schema, single, quoteOf);
}

/** Accepts plain digits: no sign, no exponent, no leading zero. */
function wholeNumber(least: number, most: number) {
  return z
    .string()
    .refine((text) => /^(0|[1-9]\d{0,8})$/.test(text) && +text >= least && +text <= most, {
      message: `a whole number from ${least} to ${most}`,
    })
    .transform(Number)
    .pipe(z.int().min(least).max(most));
}
