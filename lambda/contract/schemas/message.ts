/** The queue message: it names a job, and holds neither its state nor its prompt. */
import * as z from 'zod';
import { JOB_ID } from '../keys.ts';

const VERSION = 1;

/**
 * `generation` is the row's generation when the message was sent. If the row has a later one, the
 * message is stale.
 */
const envelope = z.strictObject({
  version: z.literal(VERSION),
  jobId: z.string().regex(JOB_ID),
  generation: z.int().min(0),
});

export type JobMessage = Readonly<Omit<z.infer<typeof envelope>, 'version'>>;

export type ParsedMessage =
  | { readonly readable: true; readonly message: JobMessage }
  | { readonly readable: false; readonly reason: 'not-json' | 'unknown-version' | 'malformed' };

export function encodeMessage({ jobId, generation }: JobMessage): string {
  return JSON.stringify({ version: VERSION, jobId, generation });
}

/**
 * Parses a message. A message of another version gets its own reason, because a rollback can make
 * it readable.
 */
export function parseMessage(body: string): ParsedMessage {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch {
    return { readable: false, reason: 'not-json' };
  }
  const parsed = envelope.safeParse(value);
  if (parsed.success) {
    const { jobId, generation } = parsed.data;
    return { readable: true, message: { jobId, generation } };
  }
  const otherVersion = z.object({ version: z.int() }).safeParse(value);
  const known = !otherVersion.success || otherVersion.data.version === VERSION;
  return { readable: false, reason: known ? 'malformed' : 'unknown-version' };
}
