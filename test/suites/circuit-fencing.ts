import { describe, expect, test } from '@jest/globals';
import {
  FAIL,
  type Fleet,
  IGNORED,
  KEY,
  type NewFleet,
  OK,
  opened,
  permitsOf,
} from '../support/fleet.ts';

/** Cases of epochs and leases: late results change nothing, and missing results block nothing. */
export function fencingCases(newFleet: NewFleet): void {
  describe('fencing and leases', () => {
    test.each([
      ['success', OK],
      ['failure', FAIL],
    ])(
      '38, 39. a late %s of a call from an earlier epoch changes no recovery',
      async (_name, outcome) => {
        const fleet = await newFleet();
        const late = await fleet.permit(7);
        await fleet.calls(20, FAIL);
        await fleet.seconds(60);
        await fleet.permit(1);
        const before = await recordOf(fleet);

        await late.settle(outcome);
        await fleet.worker(7).flush();

        expect(await recordOf(fleet)).toEqual(before);
      },
    );

    test('40. a probe of an earlier recovery changes no later one and frees no permit', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      const late = await fleet.permit(1);
      await fleet.seconds(75);
      await fleet.permit(2);
      await fleet.seconds(75);
      await fleet.admit(3);
      expect(await fleet.state()).toBe('OPEN');
      await fleet.seconds(60);
      await fleet.permit(3);
      const before = await recordOf(fleet);

      await late.settle(OK);

      expect(await recordOf(fleet)).toEqual(before);
      expect(await fleet.admit(4)).toMatchObject({ admitted: false });
    });

    test('41, 42. a dead worker’s permit is free when its lease ends, and the replacement decides', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      const dead = await fleet.permit(1);
      await fleet.seconds(74.999);
      expect(await fleet.admit(2)).toMatchObject({ admitted: false, retryAfterMs: 1 });
      await fleet.seconds(0.001);
      const replacement = await fleet.permit(2);

      await dead.settle(OK);
      expect(await fleet.state()).toBe('HALF_OPEN 0');
      await replacement.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('43. two crashes of five: never more than five live leases, two granted again', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);
      const first = permitsOf(await admitOnEach(fleet, 8));
      expect(first).toHaveLength(5);
      for (const permit of first.slice(0, 3)) await permit.settle(OK);
      await fleet.seconds(75);

      const again = permitsOf(await admitOnEach(fleet, 8));

      expect(again).toHaveLength(2);
      for (const permit of again) await permit.settle(OK);
      expect(await fleet.state()).toBe('HALF_OPEN 2');
    });

    test('44. a permit that expires twice reopens the circuit', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.permit(1);
      await fleet.seconds(75);
      await fleet.permit(2);
      await fleet.seconds(75);

      expect(await fleet.admit(3)).toMatchObject({ admitted: false, reason: 'open' });

      expect(fleet.ofType('opened').at(-1)?.evidence).toMatchObject({ rule: 'expired-permit' });
    });

    test('45. a call that ends at its timeout still holds its lease', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      const probe = await fleet.permit(1);
      await fleet.seconds(fleet.policy.firstTokenSeconds + fleet.policy.stallSeconds);
      expect(await fleet.admit(2)).toMatchObject({ admitted: false });

      await probe.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('46. a permit that is settled twice is credited once', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);
      const permits = permitsOf(await admitOnEach(fleet, 5));

      for (let i = 0; i < 5; i++) await permits[0]?.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('47. a result after the end of its lease is ignored, even if no other worker has claimed the permit', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      const late = await fleet.permit(1);
      await fleet.seconds(75);

      await late.settle(FAIL);
      expect(await fleet.state()).toBe('HALF_OPEN 0');
      await late.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 0');
    });

    test('48. a trip whose response is lost is recognised: one event, one transition', async () => {
      const fleet = await newFleet();
      await fleet.calls(19, FAIL);
      loseResponseOfNextSave(fleet);

      await fleet.call(FAIL);

      expect(await fleet.state()).toBe('OPEN');
      expect(fleet.ofType('opened')).toHaveLength(1);
      expect(fleet.ofType('opened')[0]?.epoch).toBe((await recordOf(fleet)).epoch);
    });

    test('48. a claim whose response is lost still grants its permit, and no second one', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      loseResponseOfNextSave(fleet);

      const admissions = await admitOnEach(fleet, 3);

      expect(permitsOf(admissions)).toHaveLength(1);
      expect(fleet.ofType('half_opened')).toHaveLength(1);
    });

    test('48. a claim whose response is lost after a long wait still grants its permit', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      fleet.store.fault = (operation) => {
        if (operation !== 'save') return undefined;
        fleet.clock.step(20_000);
        fleet.store.fault = () => undefined;
        return 'response-lost';
      };

      expect(await fleet.admit()).toMatchObject({ admitted: true });
    });

    test('48. a success whose response is lost is credited once', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);
      const [permit] = permitsOf(await admitOnEach(fleet, 5));
      loseResponseOfNextSave(fleet);

      await permit?.settle(OK);

      expect(await recordOf(fleet)).toMatchObject({ stage: 1, succeeded: 1 });
    });

    test('33. an ignored probe does not count as an expiry of its permit', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      for (let i = 0; i < 3; i++) await fleet.call(IGNORED);

      await fleet.call(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });
  });
}

function loseResponseOfNextSave(fleet: Fleet): void {
  fleet.store.fault = (operation) => {
    if (operation !== 'save') return undefined;
    fleet.store.fault = () => undefined;
    return 'response-lost';
  };
}

function admitOnEach(fleet: Fleet, workers: number) {
  return Promise.all(Array.from({ length: workers }, (_, worker) => fleet.admit(worker)));
}

async function recordOf(fleet: Fleet): Promise<Record<string, unknown>> {
  const { record } = await fleet.store.load(KEY);
  return Object(record);
}
