import { createBreaker } from '../../../lambda/breaker.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { KEY } from '../../support/fleet.ts';
import { nanosecondsPer, target } from './call-time.ts';

const WARM_UP_CALLS = 1_000_000;
const CALLS = 10_000_000;

/** Prints how much the heap grows over many calls through a closed circuit. */
export async function measureHeap(): Promise<void> {
  const guard = createBreaker({ store: new MemoryCircuitStore(Date.now) });
  const call = () => guard.call(KEY, target);
  await nanosecondsPer(call, WARM_UP_CALLS);
  globalThis.gc?.();
  const before = process.memoryUsage().heapUsed;
  await nanosecondsPer(call, CALLS);
  globalThis.gc?.();
  const grownKb = Math.round((process.memoryUsage().heapUsed - before) / 1024);
  const condition = globalThis.gc
    ? 'after garbage collection, so a leak would show'
    : 'without garbage collection, so it means little: run node with --expose-gc';
  console.log(
    `\nHeap growth over ${CALLS.toLocaleString('en')} calls: ${grownKb} KB (${condition})`,
  );
}
