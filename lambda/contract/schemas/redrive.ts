/** The body of POST /v1/admin/redrive and its answer. */
import * as z from 'zod';

export const redriveRequest = z.strictObject({
  limit: z.int().min(1).max(10_000).default(1000).describe('Jobs to move at the most.'),
  maxPerSecond: z.number().min(0.1).max(100).default(10).describe('Jobs to move in a second.'),
  dryRun: z.boolean().default(false).describe('Only tells what would become of the messages.'),
});
export type RedriveRequest = Readonly<z.infer<typeof redriveRequest>>;

const count = z.int().min(0);

/** Its readers take what they know of it: later versions may tell more. */
export const redriveReport = z.object({
  moved: count.describe('Jobs that wait in the queue again; under `dryRun`, that would.'),
  skipped: count.describe(
    'Messages whose jobs are gone or not dead-lettered; taken out of the dead-letter queue.',
  ),
  held: count.describe(
    'Messages left where they are, as every target that their jobs may use rejects calls.',
  ),
  unreadable: count.describe('Messages left where they are, as this version cannot read them.'),
  left: count.describe('About how many messages are in the dead-letter queue afterwards.'),
  dryRun: z.boolean(),
});
export type RedriveReport = Readonly<z.infer<typeof redriveReport>>;
