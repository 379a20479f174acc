/**
 * The cases of docs/breaker-cases.md, which every store must pass. A title starts with the numbers
 * of its cases. Several workers share one store, time is virtual, and each call is flushed.
 */
import { describe } from '@jest/globals';
import type { CircuitStore } from '../../lambda/core/breaker/circuit-store.ts';
import { FakeClock } from '../support/fake-clock.ts';
import { Fleet, type NewFleet } from '../support/fleet.ts';
import { closedCases } from './circuit-closed.ts';
import { countingCases } from './circuit-counting.ts';
import { faultCases } from './circuit-faults.ts';
import { fencingCases } from './circuit-fencing.ts';
import { openCases } from './circuit-open.ts';
import { outageCases } from './circuit-outages.ts';
import { overrideCases } from './circuit-overrides.ts';
import { rampCases } from './circuit-ramp.ts';
import { recentCases } from './circuit-recent.ts';
import { recoveryCases } from './circuit-recovery.ts';
import { streamCases } from './circuit-streams.ts';
import { turnCases } from './circuit-turns.ts';

/** Returns an empty store whose clock is `now`. */
export type OpenStore = (now: () => number) => Promise<CircuitStore>;

/** `seeds` is the number of random fleets that the counting cases draw. */
export function circuitCases(storeName: string, openStore: OpenStore, seeds = 20): void {
  const newFleet: NewFleet = async (options = {}) => {
    const { clock = new FakeClock() } = options;
    return new Fleet({ ...options, clock, store: await openStore(() => clock.now()) });
  };

  describe(`circuits on the ${storeName} store`, () => {
    closedCases(newFleet);
    countingCases(newFleet, seeds);
    openCases(newFleet);
    recoveryCases(newFleet);
    rampCases(newFleet);
    turnCases(newFleet);
    streamCases(newFleet);
    recentCases(newFleet);
    fencingCases(newFleet);
    faultCases(newFleet);
    outageCases(newFleet);
    overrideCases(newFleet);
  });
}
