import { useEffect, useRef, useState } from 'preact/hooks';

export interface Loaded<Value> {
  readonly value?: Value;
  /** The error of the latest try. `value` stays what was loaded before. */
  readonly error?: unknown;
  /** Loads again now. */
  reload(): void;
}

/**
 * Loads a value, and again `everyMs` after each try while the page is visible. A change of `key` means
 * another value: the old one is forgotten.
 */
export function useLoaded<Value>(
  key: string,
  load: (signal: AbortSignal) => Promise<Value>,
  everyMs?: number,
): Loaded<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: unknown }>({ key });
  const [turn, setTurn] = useState(0);
  const latest = useRef(load);
  latest.current = load;

  useEffect(() => {
    const stop = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const tryOnce = async () => {
      try {
        if (document.visibilityState === 'visible') {
          const value = await latest.current(stop.signal);
          if (!stop.signal.aborted) setState({ key, value });
        }
      } catch (error: unknown) {
        if (!stop.signal.aborted)
          setState((old) => ({ ...(old.key === key ? old : { key }), error }));
      }
      if (everyMs !== undefined && !stop.signal.aborted) timer = setTimeout(tryOnce, everyMs);
    };
    void tryOnce();
    return () => {
      stop.abort();
      clearTimeout(timer);
    };
    // `turn` asks for another try.
  }, [key, everyMs, turn]);

  const current = state.key === key ? state : {};
  return { ...current, reload: () => setTurn((t) => t + 1) };
}
