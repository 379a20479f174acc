/**
 * The behavior of a correct breaker, case by case, on any store. Several workers share one store, time
 * is virtual, and each call is flushed. The number in a title is the case's in docs/breaker-cases.md.
 * Every store must pass all cases.
 */
import { describe } from '@jest/globals';
import type { CircuitStore } from '../../lambda/core/breaker/circuit-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Fleet, type NewFleet } from '../support/fleet.ts';
import { closedVectors } from './circuit-closed.ts';
import { countingVectors } from './circuit-counting.ts';
import { faultVectors } from './circuit-faults.ts';
import { fencingVectors } from './circuit-fencing.ts';
import { openVectors } from './circuit-open.ts';
import { outageVectors } from './circuit-outages.ts';
import { overrideVectors } from './circuit-overrides.ts';
import { recoveryVectors } from './circuit-recovery.ts';

/** Returns an empty store whose clock is `now`. */
export type OpenStore = (now: () => number) => Promise<CircuitStore>;

/** `seeds` is the number of random fleets that the counting cases draw. */
export function circuitVectors(storeName: string, openStore: OpenStore, seeds = 20): void {
  const newFleet: NewFleet = async (options = {}) => {
    const { clock = new FakeClock() } = options;
    return new Fleet({ ...options, clock, store: await openStore(() => clock.now()) });
  };

  describe(`circuits on the ${storeName} store`, () => {
    closedVectors(newFleet);
    countingVectors(newFleet, seeds);
    openVectors(newFleet);
    recoveryVectors(newFleet);
    fencingVectors(newFleet);
    faultVectors(newFleet);
    outageVectors(newFleet);
    overrideVectors(newFleet);
  });
}
