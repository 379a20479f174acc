import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 30_000;
/** A look often starts a function: who has waited long looks less often, a tenth later at most. */
const PAUSE_SHARE = 0.1;
const SHORTEST_PAUSE_MS = 20;
const LONGEST_PAUSE_MS = 250;

/** Looks again until there is something to see, and fails with `what` when there never is. */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen | undefined> | Seen | undefined,
  limitMs = LIMIT_MS,
): Promise<Seen> {
  const startedAt = performance.now();
  for (;;) {
    const seen = await look();
    if (seen !== undefined) return seen;
    const waitedMs = performance.now() - startedAt;
    if (waitedMs > limitMs) throw new Error(`${what} did not get there in ${limitMs / 1000} s`);
    await sleep(Math.min(Math.max(SHORTEST_PAUSE_MS, waitedMs * PAUSE_SHARE), LONGEST_PAUSE_MS));
  }
}
