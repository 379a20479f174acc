/** What travels in the queue: a pointer to the row, never a prompt. The row is the truth. */
import * as z from 'zod';

const VERSION = 1;

/** `generation` is the row's when it was sent; a row that has moved on makes the message stale. */
const envelope = z.strictObject({
  version: z.literal(VERSION),
  jobId: z.string().regex(/^[0-9a-f]{32}$/),
  generation: z.int().min(0),
});

export type JobMessage = Readonly<Omit<z.infer<typeof envelope>, 'version'>>;

export type ParsedMessage =
  | { readonly readable: true; readonly message: JobMessage }
  | { readonly readable: false; readonly reason: 'not-json' | 'unknown-version' | 'malformed' };

export function encodeMessage({ jobId, generation }: JobMessage): string {
  return JSON.stringify({ version: VERSION, jobId, generation });
}

/** A message of another version is told apart, so that it can be sent again after a roll-back. */
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
