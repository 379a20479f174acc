import { describe, expect, test } from '@jest/globals';
import { FAIL, type Fleet, failure, KEY, type NewFleet, OK } from '../support/fleet.ts';

export function openCases(newFleet: NewFleet): void {
  describe('open', () => {
    test('19. rejects to the last millisecond and admits one when the cooldown ends', async () => {
      const fleet = await newFleet();
      await fleet.calls(20, FAIL);
      await fleet.seconds(59.999);
      expect(await fleet.admit()).toMatchObject({
        admitted: false,
        reason: 'open',
        retryAfterMs: 1,
      });

      await fleet.seconds(0.001);

      expect(await fleet.admit()).toMatchObject({ admitted: true });
    });

    test('20. 1,000 callers on 50 workers: no call, no write, one read per worker and view age', async () => {
      const fleet = await newFleet({ policy: { viewMaxAgeSeconds: 1 } });
      await fleet.calls(20, FAIL);
      fleet.store.asked.length = 0;

      for (let second = 0; second < 3; second++) {
        const admissions = await Promise.all(
          Array.from({ length: 1_000 }, (_, i) => fleet.admit(100 + (i % 50))),
        );
        expect(admissions.filter(({ admitted }) => admitted)).toHaveLength(0);
        await fleet.seconds(1);
      }

      expect(fleet.store.times('load', KEY)).toBeLessThanOrEqual(3 * 50);
      expect(fleet.store.times('save') + fleet.store.times('addToWindow')).toBe(0);
    });

    test('21. force-open outlasts the automatic cooldown', async () => {
      const fleet = await newFleet();
      await fleet.calls(20, FAIL);
      await fleet.override('target', KEY, 'force-open', 600);

      await fleet.seconds(300);

      expect(await fleet.admit(2)).toMatchObject({ admitted: false, reason: 'forced-open' });
    });

    test('22. Retry-After lengthens the cooldown, whichever worker received it', async () => {
      const fleet = await newFleet();
      await fleet.call(failure('capacity', { retryAfterMs: 120_000 }), 30);
      await fleet.calls(19, FAIL, 19);

      expect(cooldownSeconds(fleet)).toBe(120);
    });

    test('22. Retry-After of a failed probe lengthens the next cooldown', async () => {
      const fleet = await newFleet();
      await fleet.calls(20, FAIL);
      await fleet.seconds(60);

      await fleet.call(failure('capacity', { retryAfterMs: 120_000 }));

      expect(fleet.ofType('opened').at(-1)).toMatchObject({ evidence: { rule: 'probe' } });
      expect(cooldownSeconds(fleet)).toBe(120);
    });

    test('23. Retry-After is clamped to the cap, a daily quota is not', async () => {
      const clamped = await newFleet();
      await clamped.calls(20, failure('capacity', { retryAfterMs: 86_400_000 }));
      expect(cooldownSeconds(clamped)).toBe(300);

      const daily = await newFleet({ policy: { dailyQuotaResetUtc: '11:59' } });
      await daily.call(failure('quota-day'));
      expect(cooldownSeconds(daily)).toBe(86_400 - 60);
    });

    test('69. a daily quota opens at once until its reset, with one probe an hour', async () => {
      const fleet = await newFleet({ policy: { dailyQuotaResetUtc: '14:30' } });
      await fleet.calls(50, OK);

      await fleet.call(failure('quota-day'));

      const untilMs = Date.UTC(2026, 0, 15, 14, 30);
      expect(fleet.ofType('opened')).toMatchObject([{ evidence: { rule: 'quota-day' }, untilMs }]);
      for (let hour = 1; hour <= 2; hour++) {
        await fleet.seconds(3_599.999);
        expect(await fleet.admit()).toMatchObject({ admitted: false, retryAfterMs: 1 });
        await fleet.seconds(0.001);
        const probe = await fleet.permit();
        expect(await fleet.admit()).toMatchObject({ admitted: false, reason: 'half-open' });
        await probe.settle(failure('quota-day'));
        expect(fleet.ofType('opened').at(-1)).toMatchObject({ untilMs });
      }
      expect(await fleet.admit()).toMatchObject({ admitted: false, retryAfterMs: 1_800_000 });
      await fleet.seconds(1_800);
      expect(await fleet.call(OK)).toBe(true);
      expect(await fleet.state()).toBe('HALF_OPEN 1');
    });

    test('69. a minute quota counts as one failure', async () => {
      const fleet = await newFleet();
      await fleet.calls(10, OK);

      await fleet.call(failure('quota-minute'));

      expect(await fleet.state()).toBe('CLOSED');
    });
  });
}

function cooldownSeconds(fleet: Fleet): number {
  const { untilMs = 0, atMs = 0 } = fleet.ofType('opened').at(-1) ?? {};
  return (untilMs - atMs) / 1000;
}
