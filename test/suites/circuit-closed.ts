import { describe, expect, test } from '@jest/globals';
import {
  countsOf,
  FAIL,
  type Fleet,
  failure,
  IGNORED,
  KEY,
  type NewFleet,
  OK,
} from '../support/fleet.ts';

export function closedCases(newFleet: NewFleet): void {
  describe('closed', () => {
    test('1. opens at the 20th failure of 20, once, with the next epoch', async () => {
      const fleet = await newFleet();

      await fleet.calls(19, FAIL);
      expect(await fleet.state()).toBe('CLOSED');
      await fleet.call(FAIL);

      expect(await fleet.state()).toBe('OPEN');
      expect(fleet.events).toMatchObject([{ type: 'opened', key: KEY, opens: 1 }]);
    });

    test('2. trips above 30 %, not at 30 %', async () => {
      const atThreshold = await newFleet();
      await atThreshold.calls(14, OK);
      await atThreshold.calls(6, FAIL);
      expect(await atThreshold.state()).toBe('CLOSED');

      const above = await newFleet();
      await above.calls(13, OK);
      await above.calls(7, FAIL);
      expect(await above.state()).toBe('OPEN');
    });

    test('3. counts over all workers: one failure on each of 20', async () => {
      const fleet = await newFleet();

      await fleet.calls(20, FAIL, 20);

      expect(await fleet.state()).toBe('OPEN');
    });

    test('4. a flush of successes alone never reads the window', async () => {
      const fleet = await newFleet();

      await fleet.calls(25, OK);
      expect(fleet.store.times('readWindow')).toBe(0);
      await fleet.call(FAIL);

      expect(fleet.store.times('readWindow')).toBe(1);
    });

    test('5. forgets failures that are older than the window', async () => {
      const fleet = await newFleet();

      await fleet.calls(19, FAIL);
      await fleet.seconds(600);
      await fleet.call(FAIL);

      expect(await fleet.state()).toBe('CLOSED');
    });

    test('6. adds up the failures of the window and forgets them after it', async () => {
      const fleet = await newFleet({ policy: { minimumCalls: 21 } });
      await fleet.seconds(59);
      await fleet.calls(10, FAIL);
      await fleet.seconds(2);
      await fleet.calls(9, FAIL);
      expect(await countsOf(fleet)).toMatchObject({ failures: 19 });

      await fleet.seconds(74);

      expect(await countsOf(fleet)).toMatchObject({ failures: 0 });
    });

    test('7. ignored outcomes do not count as calls', async () => {
      const fleet = await newFleet({ policy: { minimumCalls: 5 } });

      await fleet.calls(100, IGNORED);
      await fleet.calls(5, FAIL);

      expect(fleet.ofType('opened')).toMatchObject([{ evidence: { calls: 5, failures: 5 } }]);
    });

    test('8. a kind that is switched off is counted but never trips', async () => {
      const fleet = await newFleet({ policy: { ignoredKinds: ['quota-minute'] } });

      await fleet.calls(100, failure('quota-minute'));

      expect(await fleet.state()).toBe('CLOSED');
      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 100 });
      // It is no reason to write at once.
      const permit = await fleet.permit();
      await permit.settle(failure('quota-minute'));
      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 100 });
    });

    test('9. the slow rule trips at half of the calls; a slow success is a success', async () => {
      const policy = { slowFirstTokenSeconds: 30, slowRatePercent: 50 };
      const slow = await newFleet({ policy });
      await sideBySide(slow, 10, 10);
      expect(slow.ofType('opened')).toMatchObject([
        { evidence: { rule: 'slow', slowCalls: 10, calls: 20, failures: 0 } },
      ]);

      const belowHalf = await newFleet({ policy });
      await sideBySide(belowHalf, 9, 11);
      expect(await belowHalf.state()).toBe('CLOSED');
    });

    test('9. a failed call that took as long is slow too', async () => {
      const policy = { slowFirstTokenSeconds: 30, slowRatePercent: 50 };
      const fleet = await newFleet({ policy });
      const permits = await Promise.all(Array.from({ length: 20 }, () => fleet.permit()));
      for (const permit of permits.slice(0, 10)) await permit.settle(OK);
      await fleet.seconds(30);
      for (const permit of permits.slice(10, 16)) await permit.settle(OK);
      for (const permit of permits.slice(16)) await permit.settle(failure('timeout'));

      expect(fleet.ofType('opened')).toMatchObject([
        { evidence: { rule: 'slow', slowCalls: 10, calls: 20, failures: 4 } },
      ]);
    });

    test('10. rejected calls are not counted', async () => {
      const fleet = await newFleet();
      await fleet.calls(20, FAIL);
      const { epoch = 0 } = fleet.ofType('opened')[0] ?? {};

      await fleet.calls(50, OK);

      expect(await countsOf(fleet)).toEqual({ success: 0, failures: 20 });
      expect(await countsOf(fleet, epoch)).toEqual({ success: 0, failures: 0 });
    });

    test('11. 200 concurrent failures open the circuit once', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all(
        Array.from({ length: 200 }, (_, i) => fleet.permit(1 + (i % 20))),
      );

      await Promise.all(permits.map((permit) => permit.settle(FAIL)));

      expect(await fleet.state()).toBe('OPEN');
      expect(fleet.ofType('opened')).toHaveLength(1);
    });

    test('12. a result that arrives after the circuit opened changes nothing', async () => {
      const fleet = await newFleet();
      const late = await fleet.permit(2);
      await fleet.calls(20, FAIL);
      const [opened] = fleet.ofType('opened');
      await fleet.seconds(30);

      await late.settle(FAIL);
      await fleet.worker(2).flush();

      expect(fleet.ofType('opened')).toHaveLength(1);
      const [summary] = await fleet.worker(3).summaries([KEY]);
      expect(summary?.untilMs).toBe(opened?.untilMs);
    });

    test('14. a fault of a probe opens the circuit and returns the permit', async () => {
      const fleet = await newFleet();
      await fleet.calls(20, failure('fault'));
      await fleet.seconds(60);
      const probe = await fleet.permit();

      await probe.settle(failure('fault'));

      expect(fleet.ofType('opened').at(-1)?.evidence).toMatchObject({
        rule: 'probe',
        failure: 'fault',
        stage: 0,
      });
      await fleet.seconds(60);
      expect(await fleet.admit(2)).toMatchObject({ admitted: true });
    });
  });
}

/** Runs all calls at once: fast ones take 2 s, slow ones 31 s. Every worker flushes at the end. */
async function sideBySide(fleet: Fleet, slow: number, fast: number): Promise<void> {
  const permits = await Promise.all(
    Array.from({ length: slow + fast }, (_, i) => fleet.permit(1 + (i % 4))),
  );
  await fleet.seconds(2);
  for (const permit of permits.slice(0, fast)) await permit.settle(OK);
  await fleet.seconds(29);
  for (const permit of permits.slice(fast)) await permit.settle(OK);
  for (const worker of [1, 2, 3, 4]) await fleet.worker(worker).flush();
}
