import { setTimeout as sleep } from 'node:timers/promises';

/** Looks again until there is something to see; the signal says when to give up. */
export async function lookAgain<Seen>(
  what: string,
  signal: AbortSignal,
  look: () => Promise<Seen | undefined>,
): Promise<Seen> {
  while (!signal.aborted) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(PAUSE_MS);
  }
  throw new Error(`waited for ${what}`);
}

const PAUSE_MS = 200;
