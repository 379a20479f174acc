import { describe, expect, test } from '@jest/globals';
import { MemoryCircuitStore } from '../../lambda/stores/memory-circuit-store.ts';
import { circuitCases } from '../suites/circuit-cases.ts';

circuitCases('memory', async (now) => new MemoryCircuitStore(now));

describe('the memory store', () => {
  const one = { success: 1, slow: 0, failures: {} };
  const slotAt = (seconds: number) => ({ startMs: seconds * 1000, bucketMs: 1000 });

  test('saves no record in place of one that it has lost', async () => {
    const store = new MemoryCircuitStore(() => 0);

    expect(await store.save('a/b', { version: 2 }, { version: 1 })).toBe(false);
    expect((await store.load('a/b')).record).toBeUndefined();
  });

  test('keeps the buckets of two windows, because the clocks of the workers may differ', async () => {
    const store = new MemoryCircuitStore(() => 0);
    for (const seconds of [0, 1, 121]) await store.addToWindow('a/b', 1, slotAt(seconds), one);

    const buckets = await store.readWindow('a/b', 1, slotAt(0));

    expect(buckets.map(({ startMs }) => startMs)).toEqual([1000, 121_000]);
  });

  test('keeps the counts of four epochs of a circuit', async () => {
    const store = new MemoryCircuitStore(() => 0);
    const isKept = async () => (await store.readWindow('a/b', 1, slotAt(0))).length > 0;
    for (const epoch of [1, 2, 3, 4]) await store.addToWindow('a/b', epoch, slotAt(0), one);
    expect(await isKept()).toBe(true);

    await store.addToWindow('a/b', 5, slotAt(0), one);

    expect(await isKept()).toBe(false);
  });
});
