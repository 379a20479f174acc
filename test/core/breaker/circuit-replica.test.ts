import { beforeEach, describe, expect, test } from '@jest/globals';
import { MemoryCircuitStore } from '../../../lambda/stores/memory-circuit-store.ts';
import { FakeClock } from '../../support/fake-clock.ts';
import { FAIL, Fleet, KEY } from '../../support/fleet.ts';

let fleet: Fleet;
beforeEach(() => {
  const clock = new FakeClock();
  fleet = new Fleet({ clock, store: new MemoryCircuitStore(() => clock.now()) });
});

describe('a change of a circuit', () => {
  test('is tried three times on a store that answers reads only, and is then made alone', async () => {
    fleet.store.fault = (operation, key) =>
      operation === 'save' && key === KEY ? 'lost' : undefined;
    let isOpen = false;
    const calls = fleet.calls(20, FAIL).then(() => {
      isOpen = true;
    });
    for (let i = 0; i < 60 && !isOpen; i++) await fleet.seconds(0.1);
    await calls;

    expect(fleet.store.times('save', KEY)).toBe(3);
    expect(fleet.ofType('degraded')).toHaveLength(1);
    expect(fleet.ofType('opened')).toEqual([]);
  });
});
