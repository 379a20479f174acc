import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT_MS = 30_000;
const PAUSE_MS = 50;

/** Looks again until there is something to see, and fails with `what` when there never is. */
export async function eventually<Seen>(
  what: string,
  look: () => Promise<Seen | undefined> | Seen | undefined,
  limitMs = LIMIT_MS,
): Promise<Seen> {
  const endsAt = performance.now() + limitMs;
  while (performance.now() < endsAt) {
    const seen = await look();
    if (seen !== undefined) return seen;
    await sleep(PAUSE_MS);
  }
  throw new Error(`${what} did not get there in ${limitMs / 1000} s`);
}
