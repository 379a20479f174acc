import type { Clock } from './clock.ts';

export class TimeLimitError extends Error {
  override readonly name = 'TimeLimitError';
}

/**
 * Runs the work for at most `limitMs`. Its signal aborts the work's requests at the end. The race also
 * ends the wait for a credentials provider, which ignores the signal.
 */
export async function withinLimit<Value>(
  work: (signal: AbortSignal) => Promise<Value>,
  limitMs: number,
  clock: Clock,
): Promise<Value> {
  const ended = new AbortController();
  const late = clock.sleep(limitMs, ended.signal).then(() => {
    throw new TimeLimitError(`no response within ${limitMs / 1000} s`);
  });
  late.catch(() => undefined);
  try {
    return await Promise.race([work(ended.signal), late]);
  } finally {
    ended.abort();
  }
}
