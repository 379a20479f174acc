import { describe, expect, test } from '@jest/globals';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { DEFAULT_RULES, recover, runBatches } from '../../support/batches.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FAIL, Fleet } from '../../support/fleet.ts';

const WORKERS = 500;
const SEEDS = [1, 2, 3];

describe.each([1, 2, 4, 10])('a fleet of 500 workers with batches of %i', (size) => {
  test('88, 16. stays closed while 5 % of the calls are throttled, from a cold start', async () => {
    for (const seed of SEEDS) {
      const fleet = aFleet();
      await runBatches(fleet, { workers: WORKERS, size, batches: 1, seed, throttledShare: 0.05 });
      expect([seed, await fleet.state()]).toEqual([seed, 'CLOSED']);
    }
  });

  test('88, 17. stays closed while 5 % of the calls are throttled, after a recovery', async () => {
    for (const seed of SEEDS) {
      const fleet = aFleet();
      await fleet.calls(20, FAIL);
      await fleet.seconds(60);
      await recover(fleet);
      await runBatches(fleet, { workers: WORKERS, size, batches: 1, seed, throttledShare: 0.05 });
      expect([seed, await fleet.state()]).toEqual([seed, 'CLOSED']);
    }
  });

  test('88, 16. opens if every call is throttled, before a third of the workers begin a second batch', async () => {
    const fleet = aFleet();

    const called = await runBatches(fleet, {
      workers: WORKERS,
      size,
      batches: 20,
      seed: 1,
      throttledShare: 1,
    });

    expect(await fleet.state()).toBe('OPEN');
    expect(called).toBeLessThanOrEqual((size === 10 ? 1 : 4 / 3) * WORKERS * size);
  });
});

function aFleet(): Fleet {
  const clock = new FakeClock();
  const store = new MemoryCircuitStore(() => clock.now());
  return new Fleet({ store, clock, policy: DEFAULT_RULES });
}
