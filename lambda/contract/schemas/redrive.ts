/** The request and the response of POST /v1/admin/redrive. */
import * as z from 'zod';
import { JOB_ID } from '../keys.ts';

export const redriveRequest = z.strictObject({
  limit: z.int().min(1).max(10_000).default(1000).describe('The maximum number of jobs to move.'),
  maxPerSecond: z
    .number()
    .min(0.1)
    .max(100)
    .default(10)
    .describe('The maximum number of jobs that all redrives together move per second.'),
  dryRun: z
    .boolean()
    .default(false)
    .describe('Reports what a redrive would do, and moves nothing.'),
  jobId: z
    .string()
    .regex(JOB_ID, 'the id of a job: 32 hexadecimal digits in lower case')
    .optional()
    .describe(
      'Moves only this job, at once. Its message may stay in a long dead-letter queue; a later redrive discards it.',
    ),
});
export type RedriveRequest = Readonly<z.infer<typeof redriveRequest>>;

const count = z.int().min(0);

/** Readers must ignore fields that they do not know; later versions may add some. */
export const redriveReport = z.object({
  moved: count.describe('Jobs moved back into the queue; with `dryRun`, jobs that would be moved.'),
  skipped: count.describe(
    'Messages whose jobs no longer exist or are no longer dead-lettered; removed from the dead-letter queue.',
  ),
  held: count.describe(
    'Messages that stay in the dead-letter queue because every target that their jobs may use rejects calls.',
  ),
  unreadable: count.describe(
    'Messages that stay in the dead-letter queue because this version cannot read them.',
  ),
  left: count.describe('The approximate number of messages in the dead-letter queue afterwards.'),
  dryRun: z.boolean(),
});
export type RedriveReport = Readonly<z.infer<typeof redriveReport>>;
