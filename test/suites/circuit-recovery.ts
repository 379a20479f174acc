import { describe, expect, test } from '@jest/globals';
import type { Admission } from '../../lambda/core/breaker/admission.ts';
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

export function recoveryCases(newFleet: NewFleet): void {
  describe('half-open', () => {
    test('24. exactly one of 100 workers calls at the end of the cooldown', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);

      const admissions = await Promise.all(
        Array.from({ length: 100 }, (_, worker) => fleet.admit(worker)),
      );

      expect(permitsOf(admissions)).toHaveLength(1);
      for (const admission of admissions) {
        if (!admission.admitted) expect(admission.retryAfterMs).toBeLessThanOrEqual(5_000);
      }
      expect(fleet.ofType('half_opened')).toHaveLength(1);
    });

    test('25. a success of stage 0 admits five, and no sixth', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);
      expect(await fleet.state()).toBe('HALF_OPEN 1');

      const admissions = await admitOnEach(fleet, 6);

      expect(permitsOf(admissions)).toHaveLength(5);
    });

    test('26. four of five successes and one pending admit no sixth', async () => {
      const fleet = await atStage(newFleet, 1);
      const permits = permitsOf(await admitOnEach(fleet, 5));

      for (const permit of permits.slice(0, 4)) await permit.settle(OK);

      expect(await fleet.admit(9)).toMatchObject({ admitted: false, reason: 'half-open' });
    });

    test('27, 28. the whole recovery is 16 calls and ends closed', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);

      for (const permits of [1, 5, 10]) {
        const granted = permitsOf(await admitOnEach(fleet, 20));
        expect(granted).toHaveLength(permits);
        await Promise.all(granted.map((permit) => permit.settle(OK)));
      }

      expect(await fleet.state()).toBe('CLOSED');
      expect(fleet.ofType('closed')).toHaveLength(1);
      expect(fleet.ofType('stage_advanced')).toMatchObject([{ stage: 1 }, { stage: 2 }]);
    });

    test('29. a failure at stage 2 reopens at once; the others in flight change nothing', async () => {
      const fleet = await atStage(newFleet, 2);
      const permits = permitsOf(await admitOnEach(fleet, 10));
      for (const permit of permits.slice(0, 6)) await permit.settle(OK);

      await permits[6]?.settle(FAIL);
      for (const permit of permits.slice(7)) await permit.settle(OK);

      expect(await fleet.state()).toBe('OPEN');
      expect(fleet.ofType('opened')).toMatchObject([{ opens: 1 }, { opens: 2 }]);
      expect(fleet.ofType('closed')).toHaveLength(0);
    });

    test('30. two failures at the same instant open the circuit once', async () => {
      const fleet = await atStage(newFleet, 1);
      const permits = permitsOf(await admitOnEach(fleet, 5));

      await Promise.all(permits.slice(0, 2).map((permit) => permit.settle(FAIL)));

      expect(fleet.ofType('opened')).toMatchObject([{ opens: 1 }, { opens: 2 }]);
    });

    test('30. two failures at the same instant in one worker open the circuit once', async () => {
      const fleet = await atStage(newFleet, 1);
      const permits = [await fleet.permit(1), await fleet.permit(1)];

      await Promise.all(permits.map((permit) => permit.settle(FAIL)));

      expect(fleet.ofType('opened')).toMatchObject([{ opens: 1 }, { opens: 2 }]);
    });

    test('31. the multiplier lengthens each cooldown up to the cap, and closing resets it', async () => {
      const fleet = await opened(newFleet, { cooldownMultiplier: 2, rampSeconds: 0 });
      for (const seconds of [60, 120, 240, 300]) {
        const { untilMs = 0 } = fleet.ofType('opened').at(-1) ?? {};
        expect(untilMs - fleet.clock.now()).toBe(seconds * 1000);
        await fleet.seconds(seconds);
        if (seconds < 300) await fleet.call(FAIL);
      }
      await fleet.calls(16, OK);
      expect(await fleet.state()).toBe('CLOSED');

      await fleet.calls(20, FAIL);

      const { untilMs = 0, opens } = fleet.ofType('opened').at(-1) ?? {};
      expect([untilMs - fleet.clock.now(), opens]).toEqual([60_000, 1]);
    });

    test('32. the results of a stage may arrive in any order', async () => {
      const fleet = await atStage(newFleet, 1);
      const permits = permitsOf(await admitOnEach(fleet, 5));

      for (const permit of permits.toReversed()) await permit.settle(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 2');
    });

    test('33. an ignored outcome returns its permit; the stage still needs five successes', async () => {
      const fleet = await atStage(newFleet, 1);
      await fleet.call(IGNORED);

      await fleet.calls(4, OK);
      expect(await fleet.state()).toBe('HALF_OPEN 1');
      await fleet.call(OK);

      expect(await fleet.state()).toBe('HALF_OPEN 2');
    });

    test('34. a slow success is a failure when the slow rule is on', async () => {
      const fleet = await opened(newFleet, { slowFirstTokenSeconds: 30 });
      await fleet.seconds(60);

      const probe = await fleet.permit();
      await fleet.seconds(31);
      await probe.settle(OK);

      expect(fleet.ofType('opened').at(-1)?.evidence).toMatchObject({
        rule: 'probe',
        slowCalls: 1,
      });
    });

    test('35. minimumCalls does not apply: one failure reopens', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);

      await fleet.call(FAIL);

      expect(await fleet.state()).toBe('OPEN');
    });

    test('37. a stage whose size was edited below its successes is advanced by the next caller', async () => {
      const fleet = await atStage(newFleet, 1);
      for (const permit of permitsOf(await admitOnEach(fleet, 5)).slice(0, 4)) {
        await permit.settle(OK);
      }
      const { epoch } = fleet.ofType('half_opened')[0] ?? {};
      fleet.policy = { ...fleet.policy, recoveryStages: [1, 3], rampSeconds: 0 };

      expect(await fleet.admit(9)).toMatchObject({ admitted: true });

      expect(await fleet.state()).toBe('CLOSED');
      expect(fleet.ofType('stage_advanced')).toMatchObject([{ epoch, stage: 1 }]);
      expect(fleet.ofType('closed')).toHaveLength(1);
    });

    test('63, 66. a closed circuit that is restarted recovers in stages, and reports no opening', async () => {
      const fleet = await newFleet();
      await fleet.call(OK);
      const outAtMs = fleet.clock.now();
      await fleet.seconds(30);

      await Promise.all([1, 2, 3].map((worker) => fleet.worker(worker).restart(KEY, outAtMs)));

      for (const permits of [1, 5, 10]) {
        const granted = permitsOf(await admitOnEach(fleet, 20));
        expect(granted).toHaveLength(permits);
        await Promise.all(granted.map((permit) => permit.settle(OK)));
      }
      await fleet.worker(4).restart(KEY, outAtMs);
      expect(await fleet.state()).toBe('CLOSED');
      expect(fleet.ofType('half_opened')).toHaveLength(1);
      expect(fleet.ofType('opened')).toHaveLength(0);
    });

    test('63, 66. a failure in the first stage of a restarted circuit opens it', async () => {
      const fleet = await newFleet();
      await fleet.worker(1).restart(KEY, fleet.clock.now());

      await fleet.call(FAIL);

      expect(fleet.ofType('opened')).toMatchObject([{ opens: 1, evidence: { rule: 'probe' } }]);
    });

    test('a restart does not shorten a cooldown, and throws nothing when the store is lost', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(1);
      await fleet.worker(1).restart(KEY, fleet.clock.now());
      fleet.store.fault = () => 'lost';
      await fleet.worker(2).restart(KEY, fleet.clock.now());

      expect(await fleet.admit()).toMatchObject({ admitted: false, retryAfterMs: 59_000 });
    });

    test('36. a rejected caller does not wait', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.permit(1);
      const before = fleet.clock.now();

      expect(await fleet.admit(2)).toMatchObject({ admitted: false });

      expect(fleet.clock.now()).toBe(before);
    });
  });
}

async function atStage(newFleet: NewFleet, stage: 1 | 2): Promise<Fleet> {
  const fleet = await opened(newFleet);
  await fleet.seconds(60);
  await fleet.calls(stage === 1 ? 1 : 6, OK);
  return fleet;
}

function admitOnEach(fleet: Fleet, workers: number): Promise<Admission[]> {
  return Promise.all(Array.from({ length: workers }, (_, worker) => fleet.admit(worker)));
}
