import type { View } from './circuit-replica.ts';
import { timingOf } from './timing.ts';
import { lastServedMs, type RecentCalls, recentCalls } from './window-figures.ts';
import { readWindow } from './window-reader.ts';
import { seedOf, type WindowWriter } from './window-writer.ts';
import type { WorkerContext } from './worker-context.ts';

type Circuits = Pick<View, 'circuit' | 'store'>;

/**
 * Returns the latest time at which an answer of the target ended within the window, by this
 * worker's clock. A first token is no answer yet: in an outage that breaks all streams, it would
 * look as if the target served others. Returns `undefined` if the circuit is not closed, if no call
 * was answered, or if the store fails.
 */
export async function lastServedAtMs(
  key: string,
  { circuit, store }: Circuits,
  window: WindowWriter,
  context: WorkerContext,
): Promise<number | undefined> {
  if (circuit.state !== 'CLOSED') return undefined;
  const { access, clock, policy } = context;
  const { bucketMs, windowMs } = timingOf(policy());
  const tally = await window.pending(circuit.epoch, store);
  const nowMs = clock.now();
  if (tally && tally.settledSuccesses > 0 && nowMs - tally.servedAtMs < windowMs) {
    return tally.servedAtMs;
  }
  try {
    const { start, buckets } = await readWindow(key, circuit.epoch, store, context);
    const seed = {
      // The successes of a recovery count at its end.
      startMs: circuit.sinceMs - bucketMs,
      success: seedOf(circuit, circuit.epoch, start.startMs),
      slow: 0,
      failures: {},
    };
    const servedMs = lastServedMs([seed, ...buckets], bucketMs);
    if (servedMs === undefined) return undefined;
    const storeMs = access.nowMs();
    return clock.now() - Math.max(0, storeMs - servedMs);
  } catch (error) {
    access.noteLostResponse(error);
    return undefined;
  }
}

/** Returns the calls of the last window; `undefined` if the store fails. */
export async function recentCallsOf(
  key: string,
  { circuit, store }: Circuits,
  context: WorkerContext,
): Promise<RecentCalls | undefined> {
  try {
    const { buckets } = await readWindow(key, circuit.epoch, store, context);
    return recentCalls(key, buckets);
  } catch (error) {
    context.access.noteLostResponse(error);
    return undefined;
  }
}
