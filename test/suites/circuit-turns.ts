import { describe, expect, test } from '@jest/globals';
import { FAIL, type Fleet, KEY, type NewFleet, OK, opened } from '../support/fleet.ts';

const SUSPECT = { mayProbe: false };

/** Cases of calls that should not probe, because their failures may be the job's own doing. */
export function turnCases(newFleet: NewFleet): void {
  describe('a call that should not probe', () => {
    test('83. is admitted by a closed circuit, and waits like all others for an open one', async () => {
      const fleet = await newFleet();
      expect(await fleet.call(OK, 1, SUSPECT)).toBe(true);
      await fleet.calls(20, FAIL);

      expect(await admitSuspect(fleet)).toMatchObject({
        admitted: false,
        reason: 'open',
        retryAfterMs: 60_000,
      });
    });

    test('83. gets no permit of an open circuit for five cooldowns, and then it does', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      const rejection = { admitted: false, reason: 'open' };
      expect(await admitSuspect(fleet)).toMatchObject({ ...rejection, retryAfterMs: 60_000 });
      await fleet.seconds(299.999);
      expect(await admitSuspect(fleet)).toMatchObject({ ...rejection, retryAfterMs: 1 });
      expect(await fleet.state()).toBe('OPEN');

      await fleet.seconds(0.001);

      expect(await admitSuspect(fleet)).toMatchObject({ admitted: true });
    });

    test('83. gets no permit of a recovery for five cooldowns, and then it does', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);
      expect(await admitSuspect(fleet)).toMatchObject({
        admitted: false,
        reason: 'half-open',
        retryAfterMs: 60_000,
      });

      await fleet.seconds(300);

      expect(await admitSuspect(fleet)).toMatchObject({ admitted: true });
    });

    test('83. leaves the permit to a call that may probe, even if both claim at once', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);

      const [suspect, other] = await Promise.all([admitSuspect(fleet, 1), fleet.admit(1)]);

      expect([suspect.admitted, other.admitted]).toEqual([false, true]);
    });

    test('83. gets no permit after a force-open, before others had their turn', async () => {
      const fleet = await newFleet();
      await fleet.override('target', KEY, 'force-open', 60);
      await fleet.seconds(60);

      expect(await admitSuspect(fleet, 2)).toMatchObject({ admitted: false });
      expect(await fleet.admit(3)).toMatchObject({ admitted: true });
    });

    test('83. closes a circuit at last, if no other calls come', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(360);
      for (let i = 0; i < 2; i++) await fleet.call(OK, 1, SUSPECT);
      expect(await fleet.state()).toBe('HALF_OPEN 1');
      await fleet.seconds(300);
      for (let i = 0; i < 15; i++) await fleet.call(OK, 1, SUSPECT);

      expect(await fleet.state()).toBe('CLOSED');
    });
  });
}

function admitSuspect(fleet: Fleet, worker = 1) {
  return fleet.admit(worker, KEY, SUSPECT);
}
