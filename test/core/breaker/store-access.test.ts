import { beforeEach, describe, expect, jest, test } from '@jest/globals';
import { CircuitStoreError } from '../../../lambda/core/breaker/circuit-store.ts';
import type { CircuitEvent } from '../../../lambda/core/breaker/events.ts';
import { StoreAccess } from '../../../lambda/core/breaker/store-access.ts';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { aPolicy, KEY } from '../../support/fleet.ts';
import { VirtualClock } from '../../support/virtual-clock.ts';
import { WatchedStore } from '../../support/watched-store.ts';

let clock: VirtualClock;
let shared: WatchedStore;
let random: number;
let events: CircuitEvent[];
let access: StoreAccess;
beforeEach(() => {
  clock = new VirtualClock(Date.UTC(2026, 0, 15, 12));
  shared = aStore();
  random = 0;
  events = [];
  const worker = {
    policy: () => aPolicy(),
    clock,
    random: () => random,
    workerId: 'w',
    on: (event: CircuitEvent) => void events.push(event),
  };
  access = new StoreAccess({ shared, newPrivate: aStore }, worker);
});

function aStore(): WatchedStore {
  return new WatchedStore(new MemoryCircuitStore(() => clock.now()));
}

const LOST = new CircuitStoreError('lost by the test', 'unknown');
const isDown = () => 'lost' as const;
const isUp = () => undefined;

describe('the shared store', () => {
  test('is left after two lost responses in a row', () => {
    access.noteLostResponse(LOST);
    expect(access.current).toBe(shared);

    access.noteLostResponse(LOST);

    expect(access.isPrivate(access.current)).toBe(true);
  });

  test('is not left if a response arrives between two that are lost', async () => {
    access.noteLostResponse(LOST);
    await access.load(KEY);

    access.noteLostResponse(LOST);

    expect(access.current).toBe(shared);
    expect(events).toEqual([]);
  });

  test('is tried again 5 s after it was lost, and not before', async () => {
    shared.fault = isDown;
    await access.load(KEY);
    shared.fault = isUp;
    const before = shared.times('load');

    clock.nowMs += 4_999;
    expect(access.isPrivate((await access.load(KEY)).store)).toBe(true);
    expect(shared.times('load')).toBe(before);
    clock.nowMs += 1;

    expect((await access.load(KEY)).store).toBe(shared);
  });
});

describe('the loss of the store', () => {
  test.each([
    ['a store error by its message', LOST, 'lost by the test'],
    [
      'another error by its name, because its message may quote keys',
      new TypeError('a/b'),
      'TypeError',
    ],
    ['what is no error as unknown', 'a/b', 'unknown'],
  ])('reports %s', (_, error, text) => {
    access.adoptPrivate(error);

    expect(events).toEqual([{ type: 'degraded', error: text, atMs: clock.now() }]);
  });

  test('is reported again only after a cooldown', () => {
    const lose = () => access.adoptPrivate(LOST);
    lose();
    clock.nowMs += 59_999;
    lose();
    expect(events).toHaveLength(1);
    clock.nowMs += 1;
    lose();

    expect(events).toHaveLength(2);
  });
});

describe('the clock of the store', () => {
  test.each([
    ['a slow response', 3_000, 3_000],
    ['a request that arrives late', 6_000, 0],
    ['a response that arrives late', 0, 6_000],
  ])('is not mistaken for another because of %s', async (_, requestMs, responseMs) => {
    const waits = [requestMs, responseMs];
    shared.latency = () => clock.sleep(waits.shift() ?? 0);

    await access.load(KEY);

    expect(access.isSkewed(shared)).toBe(false);
    expect(access.nowMs()).toBe(clock.now());
  });
});

describe('a wait before a write', () => {
  /** Returns how long the longest draw makes a worker wait. */
  const longestMs = async (round?: number) => {
    random = 1;
    const startedAtMs = clock.now();
    await access.waitWithJitter(round);
    return clock.now() - startedAtMs;
  };

  test('grows with each round', async () => {
    // The view of this policy has no age, so only the store's latency spreads the workers.
    shared.latency = () => clock.sleep(2);
    await access.load(KEY);

    const [first, third] = [await longestMs(), await longestMs(3)];

    expect(first).toBeGreaterThan(0);
    expect(third).toBe(3 * first);
  });
});

describe('a wait', () => {
  test('of no time does not sleep', async () => {
    const sleep = jest.spyOn(clock, 'sleep');

    await access.waitWithJitter();

    expect(sleep).not.toHaveBeenCalled();
  });

  test('follows the duration of the loads slowly', async () => {
    shared.latency = () => clock.sleep(2);
    const sleep = jest.spyOn(clock, 'sleep');
    const waits: unknown[] = [];
    random = 1;
    for (let load = 0; load < 2; load++) {
      await access.load(KEY);
      await access.waitWithJitter();
      waits.push(sleep.mock.lastCall?.[0]);
    }

    expect(waits).toEqual([40, 70]);
  });
});

describe('a worker whose clock is wrong', () => {
  let aheadMs: number;
  let skewed: WatchedStore;
  let skewedAccess: StoreAccess;
  beforeEach(() => {
    skewed = new WatchedStore(new MemoryCircuitStore(() => clock.now() + aheadMs));
    const worker = {
      policy: () => aPolicy(),
      clock,
      random: () => 0,
      workerId: 'w',
      on: (event: CircuitEvent) => void events.push(event),
    };
    skewedAccess = new StoreAccess({ shared: skewed, newPrivate: aStore }, worker);
  });

  test('keeps the time of the shared store while it uses a private one', async () => {
    aheadMs = 10_000;
    await skewedAccess.load(KEY);
    skewed.fault = isDown;
    await skewedAccess.load(KEY);

    expect(skewedAccess.isPrivate(skewedAccess.current)).toBe(true);
    expect(skewedAccess.nowMs()).toBe(clock.now() + 10_000);
  });

  test.each([
    [2_000, false],
    [2_001, true],
  ])('may be off by two seconds: %i ms', async (ms, isSkewed) => {
    aheadMs = ms;
    await skewedAccess.load(KEY);

    expect(skewedAccess.isSkewed(skewed)).toBe(isSkewed);
  });

  test('is reported once in each cooldown', async () => {
    aheadMs = 10_000;
    await skewedAccess.load(KEY);
    skewedAccess.isSkewed(skewed);
    clock.nowMs += 59_999;
    skewedAccess.isSkewed(skewed);
    expect(events).toHaveLength(1);

    clock.nowMs += 1;
    skewedAccess.isSkewed(skewed);

    expect(events).toHaveLength(2);
  });
});
