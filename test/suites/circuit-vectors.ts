/**
 * What a correct breaker does, case by case, on any store: several workers share one store, time
 * is virtual, one call per flush. The number in a title is the case's; a store passes all of them
 * or it is not a store.
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

/** Gives an empty store whose clock is `now`. */
export type OpenStore = (now: () => number) => Promise<CircuitStore>;

/** `seeds`: how many random fleets the cases of counting draw. */
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
