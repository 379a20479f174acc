/** The body of POST /v1/admin/redrive and its answer. */
import * as z from 'zod';

export const redriveRequest = z.strictObject({
  /** Jobs to move at the most. */
  limit: z.int().min(1).max(10_000).default(1000),
  maxPerSecond: z.number().min(0.1).max(100).default(10),
  /** Only tells what would become of the messages. */
  dryRun: z.boolean().default(false),
});
export type RedriveRequest = Readonly<z.infer<typeof redriveRequest>>;

export const redriveReport = z.strictObject({
  /** Jobs that wait in the queue again; under `dryRun`, that would. */
  moved: z.int(),
  /** Messages whose jobs are gone or not dead-lettered; taken out of the dead-letter queue. */
  skipped: z.int(),
  /** Messages left where they are, as every target that their jobs may use rejects calls. */
  held: z.int(),
  /** Messages left where they are, as this version cannot read them. */
  unreadable: z.int(),
  /** About how many messages are in the dead-letter queue afterwards. */
  left: z.int(),
  dryRun: z.boolean(),
});
export type RedriveReport = Readonly<z.infer<typeof redriveReport>>;
