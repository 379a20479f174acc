import { describe, expect, test } from '@jest/globals';
import { FAIL, type Fleet, KEY, type NewFleet, OK, opened, permitsOf } from '../support/fleet.ts';

export function overrideCases(newFleet: NewFleet): void {
  describe('overrides', () => {
    test('58. force-open takes precedence over the leases of a recovery', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      await fleet.call(OK);

      await fleet.override('target', KEY, 'force-open', 600);

      // It may be lifted at any time, so a caller waits for a cooldown at most.
      const rejection = { admitted: false, reason: 'forced-open' };
      expect(await fleet.admit()).toMatchObject({ ...rejection, retryAfterMs: 60_000 });
      await fleet.seconds(590);
      expect(await fleet.admit()).toMatchObject({ ...rejection, retryAfterMs: 10_000 });
    });

    test.each(['when it expires', 'when it is lifted'])(
      '58. leaving force-open %s starts the recovery at its first stage',
      async (how) => {
        const fleet = await opened(newFleet);
        await fleet.seconds(60);
        await fleet.call(OK);
        const earlier = permitsOf(await admitOnEach(fleet, 5));
        await fleet.override('target', KEY, 'force-open', 20);
        await fleet.seconds(how === 'when it expires' ? 20 : 10);
        if (how === 'when it is lifted') await fleet.worker(1).liftOverride('target', KEY);

        const admissions = await admitOnEach(fleet, 6);
        for (const permit of earlier) await permit.settle(OK);

        expect(permitsOf(admissions)).toHaveLength(1);
        expect(await fleet.state()).toBe('HALF_OPEN 0');
      },
    );

    test('58. a closed circuit leaves force-open through a recovery too', async () => {
      const fleet = await newFleet();
      await fleet.call(OK);
      await fleet.override('region', 'us-east-1', 'force-open', 20);
      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'forced-open' });
      await fleet.seconds(20);

      expect(permitsOf(await admitOnEach(fleet, 6))).toHaveLength(1);
    });

    test('59. force-closed admits all calls and records nothing', async () => {
      const fleet = await opened(newFleet);
      await fleet.override('target', KEY, 'force-closed', 600);
      const writes = () => fleet.store.times('addToWindow') + fleet.store.times('save');
      const before = writes();

      await fleet.calls(30, FAIL);

      expect(permitsOf(await admitOnEach(fleet, 10))).toHaveLength(10);
      expect(writes()).toBe(before);
    });

    test('60. observe reports once per cooldown that it would open, and admits all calls', async () => {
      const fleet = await newFleet();
      await fleet.override('target', KEY, 'observe', 600);

      await fleet.calls(30, FAIL, 3);
      expect(fleet.ofType('would_open')).toMatchObject([{ evidence: { failures: 20 } }]);
      await fleet.seconds(60);
      await fleet.calls(30, FAIL, 3);

      expect(fleet.ofType('would_open')).toHaveLength(2);
      expect(fleet.ofType('opened')).toHaveLength(0);
      expect(await fleet.admit()).toMatchObject({ admitted: true });
    });

    test('61. an override takes precedence over a trip at the same time, and keeps its actor, reason, start and end', async () => {
      const fleet = await newFleet();
      await fleet.calls(19, FAIL);
      const late = await fleet.permit(2);

      await Promise.all([late.settle(FAIL), fleet.override('target', KEY, 'force-closed', 600)]);

      expect(await fleet.admit()).toMatchObject({ admitted: true });
      const { entries } = await fleet.worker(3).overrides();
      expect(entries).toEqual({
        [`target/${KEY}`]: {
          mode: 'force-closed',
          reason: 'a test',
          actor: 'tester',
          sinceMs: fleet.clock.now(),
          untilMs: fleet.clock.now() + 600_000,
        },
      });
    });

    test('61. scopes combine: region force-open beats target force-closed', async () => {
      const fleet = await newFleet();
      await fleet.override('region', 'us-east-1', 'force-open', 600);
      await fleet.override('target', KEY, 'force-closed', 600);

      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'forced-open' });
    });

    test('61. scopes combine: target observe beats region force-closed', async () => {
      const fleet = await newFleet();
      await fleet.override('region', 'us-east-1', 'force-closed', 600);
      await fleet.override('target', KEY, 'observe', 600);

      await fleet.calls(20, FAIL);

      expect(fleet.ofType('would_open')).toHaveLength(1);
    });

    test('an override reaches every worker within 5 s', async () => {
      const fleet = await newFleet();
      await fleet.call(OK, 2);

      await fleet.override('model', 'anthropic.claude-sonnet-4-6', 'force-open', 600);
      await fleet.seconds(5);

      expect(await fleet.admit(2)).toMatchObject({ admitted: false, reason: 'forced-open' });
    });

    test('an override stays in force while the store is lost', async () => {
      const fleet = await newFleet();
      await fleet.override('target', KEY, 'force-open', 600);
      fleet.store.fault = () => 'lost';
      await fleet.seconds(30);

      expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'forced-open' });
    });

    test('62. an edited threshold applies from the next decision, without a reset', async () => {
      const fleet = await newFleet();
      await fleet.calls(13, OK);
      await fleet.calls(6, FAIL);
      fleet.policy = { ...fleet.policy, failureRatePercent: 50 };
      await fleet.call(FAIL);
      expect(await fleet.state()).toBe('CLOSED');

      fleet.policy = { ...fleet.policy, failureRatePercent: 30 };
      await fleet.call(FAIL);

      expect(fleet.ofType('opened')[0]?.evidence).toMatchObject({ calls: 21, failures: 8 });
    });
  });
}

function admitOnEach(fleet: Fleet, workers: number) {
  return Promise.all(Array.from({ length: workers }, (_, i) => fleet.admit(1 + i)));
}
