import type { CircuitStore, WindowBucket, WindowSlot } from './circuit-store.ts';
import { timingOf, windowStart } from './timing.ts';
import type { WorkerContext } from './worker-context.ts';

/** The buckets of a circuit's window, and the first bucket that belongs to it. */
export interface WindowRead {
  readonly start: WindowSlot;
  readonly buckets: readonly WindowBucket[];
}

/** Reads the window of an epoch that ends now. Throws a CircuitStoreError if the store fails. */
export async function readWindow(
  key: string,
  epoch: number,
  store: CircuitStore,
  { access, policy }: WorkerContext,
): Promise<WindowRead> {
  const start = windowStart(access.nowMs(), timingOf(policy()));
  const buckets = await access.retryRefused(() => store.readWindow(key, epoch, start));
  return { start, buckets };
}
