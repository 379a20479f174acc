import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 30_000;
/** The length of a pause as a share of the time so far. A check often invokes a function. */
const PAUSE_SHARE = 0.1;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/**
 * Calls `look` until it returns something other than `undefined`, and returns that.
 *
 * @param what names the awaited condition in the error message
 * @param signal ends the wait with an error. @default a timeout of 30 s
 */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen | undefined> | Seen | undefined,
  signal = AbortSignal.timeout(LIMIT_MS),
): Promise<Seen> {
  const startedAt = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    const waitedMs = performance.now() - startedAt;
    if (signal.aborted) {
      throw new Error(`gave up after ${(waitedMs / 1000).toFixed(0)} s of waiting for ${what}`);
    }
    await sleep(Math.min(Math.max(SHORTEST_PAUSE_MS, waitedMs * PAUSE_SHARE), LONGEST_PAUSE_MS));
  }
}
