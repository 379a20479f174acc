import { useEffect, useState } from 'preact/hooks';
import type { ConsoleApi } from '../api.ts';
import { followSnapshots } from '../live/follow.ts';
import type { LiveState } from '../live/live-state.ts';
import { parseRoute, type Route } from '../route.ts';

/** Follows the page's address. */
export function useRoute(): Route {
  const [hash, setHash] = useState(location.hash);
  useEffect(() => {
    const follow = () => setHash(location.hash);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return parseRoute(hash);
}

/** Returns the time in milliseconds since the epoch, once a second. */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), 1_000);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}

/** Follows the snapshots while the page is open. */
export function useLive(api: ConsoleApi): LiveState {
  const [state, setState] = useState<LiveState>({});
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    void followSnapshots({ fetch: api.fetch, now: Date.now, sleep, onChange: setState, signal });
    return () => stop.abort();
  }, [api]);
  return state;
}

/** Resolves after the time, or at once when the signal aborts. */
function sleep(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      resolve();
    });
  });
}
