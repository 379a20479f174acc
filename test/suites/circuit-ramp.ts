import { describe, expect, test } from '@jest/globals';
import type { BreakerPolicy } from '../../lambda/contract/policy.ts';
import { FAIL, type Fleet, failure, KEY, type NewFleet, OK, opened } from '../support/fleet.ts';

/** The excess rule is on, because a ramp eases by a part of it. */
const RULES: Partial<BreakerPolicy> = { excessFailures: 10 };

export function rampCases(newFleet: NewFleet): void {
  describe('after a lack of capacity', () => {
    test('90. a circuit that closes admits an eighth of the calls, and all of them after 15 s', async () => {
      const fleet = await closedAgain(newFleet);
      const shares: number[] = [];
      for (let step = 0; step < 4; step++) {
        shares.push(await admittedOf(80, fleet));
        await fleet.seconds(5);
      }

      expect(shares).toEqual([10, 20, 40, 80]);
    });

    test('90. the ramp costs no write, and a rejected call hears when it grows', async () => {
      const fleet = await closedAgain(newFleet);
      const save = countSaves(fleet);
      await fleet.seconds(2);

      const rejected = await firstRejected(fleet);

      expect(rejected).toMatchObject({ reason: 'ramp', retryAfterMs: 3_000 });
      await fleet.seconds(60);
      await fleet.call(OK);
      expect(save.count).toBe(0);
    });

    test('91. after failures of other kinds, all calls come back at once', async () => {
      const fleet = await newFleet({ policy: RULES });
      await fleet.calls(20, failure('fault'));
      await fleet.seconds(60);
      await fleet.calls(16, OK);

      expect(await admittedOf(20, fleet)).toBe(20);
    });

    test('91. with rampSeconds 0, all calls come back at once', async () => {
      const fleet = await opened(newFleet, { ...RULES, rampSeconds: 0 });
      await fleet.seconds(60);
      await fleet.calls(16, OK);

      expect(await admittedOf(20, fleet)).toBe(20);
    });

    test('92. three throttles in a ramp halve its share, in one write, and the circuit stays closed', async () => {
      const fleet = await closedAgain(newFleet);
      await fleet.seconds(15);
      const save = countSaves(fleet);

      for (let worker = 1; worker <= 3; worker++) await fleet.call(failure('quota-minute'), worker);

      expect(save.count).toBe(1);
      expect(await fleet.state()).toBe('CLOSED');
      expect(await admittedOf(80, fleet)).toBe(40);
    });

    test('92. workers that see the same throttles ease the ramp once', async () => {
      const fleet = await closedAgain(newFleet);
      await fleet.seconds(15);
      const permits = await Promise.all([1, 2, 3, 4, 5].map((worker) => fleet.permit(worker)));
      const save = countSaves(fleet);

      await Promise.all(permits.map((permit) => permit.settle(failure('quota-minute'))));

      expect(save.count).toBe(1);
      expect(await admittedOf(80, fleet)).toBe(40);
    });

    test('92. an observed circuit is not eased', async () => {
      const fleet = await closedAgain(newFleet);
      await fleet.seconds(15);
      await fleet.override('target', KEY, 'observe', 600);
      const save = countSaves(fleet);

      await fleet.calls(3, failure('quota-minute'));

      expect(save.count).toBe(0);
    });

    test('93. an eased share is remembered when the circuit opens and closes again', async () => {
      const fleet = await closedAgain(newFleet);
      await fleet.seconds(15);
      await fleet.calls(300, FAIL);
      expect(await fleet.state()).toBe('OPEN');
      await fleet.seconds(60);
      await pacedRecovery(fleet);
      await fleet.seconds(60);

      const share = await admittedOf(160, fleet);

      expect(share).toBeGreaterThan(0);
      expect(share).toBeLessThan(160 / 2);
    });

    test('94. after a stage that failed for lack of capacity, the permits come one by one', async () => {
      const fleet = await opened(newFleet, RULES);
      await fleet.seconds(60);
      await fleet.call(OK);
      await fleet.call(FAIL);
      await fleet.seconds(60);
      await fleet.call(OK);

      expect(await fleet.admit()).toMatchObject({ reason: 'half-open', retryAfterMs: 5_000 });
      await fleet.seconds(5);
      const granted = await Promise.all([1, 2, 3].map((worker) => fleet.admit(worker)));

      expect(granted.filter(({ admitted }) => admitted)).toHaveLength(1);
    });

    test('94. a first probe that fails does not slow the next recovery down', async () => {
      const fleet = await opened(newFleet, RULES);
      await fleet.seconds(60);
      await fleet.call(FAIL);
      await fleet.seconds(60);

      await fleet.calls(16, OK);

      expect(await fleet.state()).toBe('CLOSED');
    });
  });
}

/** Returns a fleet whose circuit has just closed after a lack of capacity. */
async function closedAgain(newFleet: NewFleet): Promise<Fleet> {
  const fleet = await opened(newFleet, RULES);
  await fleet.seconds(60);
  await fleet.calls(16, OK);
  return fleet;
}

/** Passes the stages of a recovery whose permits come one by one. */
async function pacedRecovery(fleet: Fleet): Promise<void> {
  for (let permits = 0; permits < 16; permits++) {
    await fleet.call(OK);
    await fleet.seconds(5);
  }
  expect(await fleet.state()).toBe('CLOSED');
}

/** Returns how many of the calls that ask now are admitted. Those that are admitted succeed. */
async function admittedOf(calls: number, fleet: Fleet): Promise<number> {
  let admitted = 0;
  for (let call = 0; call < calls; call++) if (await fleet.call(OK)) admitted++;
  return admitted;
}

async function firstRejected(fleet: Fleet) {
  for (let call = 0; call < 8; call++) {
    const admission = await fleet.admit();
    if (!admission.admitted) return admission;
    await admission.permit.settle(OK);
  }
  return undefined;
}

function countSaves({ store }: Fleet): { count: number } {
  const saves = { count: 0 };
  const save = store.save.bind(store);
  store.save = async (...args) => {
    const saved = await save(...args);
    if (saved) saves.count++;
    return saved;
  };
  return saves;
}
