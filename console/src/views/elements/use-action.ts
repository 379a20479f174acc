import { useEffect, useRef, useState } from 'preact/hooks';

/** An action that a person starts: not begun, going on, done, or failed. */
export interface Action<Result> {
  readonly isBusy: boolean;
  readonly result?: Result;
  readonly error?: unknown;
  /** Starts the action, unless it goes on already. Resolves to its result, or to undefined. */
  start(run: () => Promise<Result>): Promise<Result | undefined>;
  /** Forgets the result and the error. */
  clear(): void;
}

export function useAction<Result>(): Action<Result> {
  const [state, setState] = useState<Omit<Action<Result>, 'start' | 'clear'>>({ isBusy: false });
  const isBusy = useRef(false);
  const isShown = useRef(true);
  useEffect(
    () => () => {
      isShown.current = false;
    },
    [],
  );
  // A view that is left no longer shows what comes.
  const show = (next: typeof state) => {
    if (isShown.current) setState(next);
  };
  return {
    ...state,
    clear: () => show({ isBusy: false }),
    start: async (run) => {
      if (isBusy.current) return undefined;
      isBusy.current = true;
      show({ isBusy: true });
      try {
        const result = await run();
        show({ isBusy: false, result });
        return result;
      } catch (error: unknown) {
        show({ isBusy: false, error });
        return undefined;
      } finally {
        isBusy.current = false;
      }
    },
  };
}
