import type { View } from './circuit-replica.ts';
import { timingOf } from './timing.ts';
import { lastServedMs, type RecentCalls, recentCalls } from './window-figures.ts';
import { readWindow } from './window-reader.ts';
import { seedOf, type WindowWriter } from './window-writer.ts';
import type { WorkerContext } from './worker-context.ts';

type Circuits = Pick<View, 'circuit' | 'store'>;

/**
 * Returns the latest time at which a call to the target was answered within the window, by this
 * worker's clock. Leaves out calls of this worker that have had their first token but not their
 * end: one of them may be the call whose failure is being judged. Returns `undefined` if the
 * circuit is not closed, if no call was answered, or if the store fails.
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
  let takenBack = tally?.answering.within(windowMs, nowMs) ?? 0;
  if (tally) {
    const isRecent = nowMs - tally.servedAtMs < windowMs;
    if (isRecent && tally.settledSuccesses > takenBack) return tally.servedAtMs;
    takenBack -= tally.settledSuccesses;
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
    const servedMs = lastServedMs([seed, ...buckets], bucketMs, takenBack);
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
