import { Problem, Unreachable } from './problem.ts';

/** How a client waits. Tests give it a clock of their own. */
export interface Timer {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export const REAL_TIME: Timer = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      signal?.throwIfAborted();
      const stop = () => {
        clearTimeout(timer);
        reject(signal?.reason);
      };
      const timer = setTimeout(() => {
        signal?.removeEventListener('abort', stop);
        resolve();
      }, ms);
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 10_000;

/**
 * Returns the pause before the next try in milliseconds, with jitter, or undefined if another try would
 * not help. 429 and 503 ask for a pause; a lost connection gets one that grows.
 *
 * @param tries the tries that have failed in a row
 */
export function pauseAfter(error: unknown, tries: number): number | undefined {
  const grown = Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS);
  const jittered = grown * (0.5 + Math.random() / 2);
  if (error instanceof Unreachable) return jittered;
  if (!(error instanceof Problem)) return undefined;
  const { status, retryAfterMs = 0 } = error;
  const isPassing = [429, 500, 502, 503, 504].includes(status);
  return isPassing ? Math.max(jittered, retryAfterMs) : undefined;
}
