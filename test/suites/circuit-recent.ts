import { describe, expect, test } from '@jest/globals';
import {
  countsOf,
  FAIL,
  type Fleet,
  failure,
  KEY,
  type NewFleet,
  OK,
  opened,
  permitsOf,
} from '../support/fleet.ts';

/** Cases of the last window as the router and the health registry read it. */
export function recentCases(newFleet: NewFleet): void {
  servedCases(newFleet);

  describe('the recent calls of a circuit', () => {
    test('are the calls of its window, with the failures by kind and the mean first token', async () => {
      const fleet = await newFleet();
      for (const ms of [800, 1_400]) {
        const permit = await fleet.permit();
        await permit.token(ms);
        await permit.settle(OK);
      }
      await fleet.call(failure('timeout'));
      await fleet.calls(2, failure('model-error'));

      expect(await fleet.worker(2).recent([KEY, 'us-west-2/other'])).toEqual([
        {
          key: KEY,
          calls: 5,
          failures: { timeout: 1, 'model-error': 2 },
          meanFirstTokenMs: 1_100,
        },
        { key: 'us-west-2/other', calls: 0, failures: {} },
      ]);
    });

    test('leave out the first token of a stream that broke, and older windows', async () => {
      const fleet = await newFleet();
      const permits = [await fleet.permit(), await fleet.permit()];
      await permits[0]?.token(500);
      await permits[1]?.token(9_000);
      await fleet.worker(1).flush();
      await permits[1]?.settle(failure('broken-stream'));
      await permits[0]?.settle(OK);
      await fleet.worker(1).flush();
      const [broken] = await fleet.worker(2).recent([KEY]);
      await fleet.seconds(60);

      expect(broken).toMatchObject({ calls: 2, meanFirstTokenMs: 500 });
      expect(await fleet.worker(2).recent([KEY])).toEqual([{ key: KEY, calls: 0, failures: {} }]);
    });

    test('leave out a circuit whose window cannot be read', async () => {
      const fleet = await newFleet();
      fleet.store.fault = (operation, key) =>
        operation === 'readWindow' && key === KEY ? 'lost' : undefined;

      expect(await fleet.worker(1).recent([KEY, 'us-west-2/other'])).toMatchObject([
        { key: 'us-west-2/other' },
      ]);
    });
  });
}

function servedCases(newFleet: NewFleet): void {
  describe('the time at which a target last served a call', () => {
    test('83. is the end of the latest bucket with a success, on any worker', async () => {
      const fleet = await newFleet();
      expect(await served(fleet)).toBeUndefined();
      await fleet.call(OK, 1);
      await fleet.seconds(0.2);
      expect(await served(fleet)).toBe(fleet.clock.now());
      await fleet.seconds(20);
      await fleet.call(FAIL, 1);

      expect(fleet.clock.now() - ((await served(fleet)) ?? 0)).toBe(19_200);
      await fleet.seconds(40);
      expect(await served(fleet)).toBeUndefined();
    });

    test('83. includes this worker’s own success that is not written yet', async () => {
      const fleet = await newFleet();
      const permit = await fleet.permit(2);
      await permit.settle(OK);

      expect(await served(fleet, 2)).toBe(fleet.clock.now());
      expect(await served(fleet, 3)).toBeUndefined();
    });

    test('84. leaves out provisional successes until their calls succeed', async () => {
      const fleet = await newFleet();
      const permits = await Promise.all(Array.from({ length: 3 }, () => fleet.permit(1)));
      await permits[0]?.settle(FAIL);
      expect(await served(fleet)).toBeUndefined();
      await permits[1]?.settle(FAIL);
      await fleet.seconds(5);
      await permits[2]?.settle(OK);
      expect(await served(fleet, 1)).toBe(fleet.clock.now());
      await fleet.worker(1).flush();
      await fleet.seconds(1);

      expect(await served(fleet)).toBe(fleet.clock.now());
    });

    test('84. leaves out the stream that is being judged, although its first token counts', async () => {
      const fleet = await newFleet();
      const permit = await fleet.permit(1);
      await permit.token();
      expect(await served(fleet, 1)).toBeUndefined();
      await fleet.worker(1).flush();
      expect(await served(fleet, 1)).toBeUndefined();

      await permit.settle(OK);

      expect(await served(fleet, 1)).toBeDefined();
    });

    test('84. leaves out the streams of other workers until their answers end', async () => {
      const fleet = await newFleet();
      const permit = await fleet.permit(1);
      await permit.token();
      await fleet.worker(1).flush();
      expect(await countsOf(fleet)).toEqual({ success: 1, failures: 0 });
      expect(await served(fleet, 2)).toBeUndefined();
      await fleet.seconds(30);

      await permit.settle(OK);
      await fleet.worker(1).flush();

      expect(await served(fleet, 2)).toBeDefined();
    });

    test('84. leaves out a stream that broke after its success was written', async () => {
      const fleet = await newFleet();
      const permit = await fleet.permit(1);
      await permit.token();
      await fleet.worker(1).flush();
      await fleet.seconds(2);
      await permit.settle(failure('broken-stream'));

      expect(await served(fleet)).toBeUndefined();
    });

    test('83. is the end of a recovery that closed the circuit within the window', async () => {
      const fleet = await opened(newFleet);
      await fleet.seconds(60);
      expect(await served(fleet)).toBeUndefined();
      for (const permits of [1, 5, 10]) {
        const admissions = await Promise.all(Array.from({ length: permits }, () => fleet.admit()));
        for (const permit of permitsOf(admissions)) await permit.settle(OK);
      }
      const closedMs = fleet.clock.now();
      await fleet.seconds(30);
      expect(await served(fleet)).toBe(closedMs);

      await fleet.seconds(30);

      expect(await served(fleet)).toBeUndefined();
    });

    test('83. is given by the worker’s own clock', async () => {
      const fleet = await newFleet({ skewMs: (worker) => (worker === 9 ? -1_500 : 0) });
      await fleet.call(OK);

      await fleet.seconds(10);

      const nowMs = fleet.clock.now();
      const [own, skewed] = [await served(fleet, 2), await served(fleet, 9)];
      expect([nowMs - (own ?? 0), nowMs - 1_500 - (skewed ?? 0)]).toEqual([9_000, 9_000]);
    });

    test('84. is unknown if the store fails', async () => {
      const fleet = await newFleet();
      await fleet.call(OK);
      fleet.store.fault = (operation) => (operation === 'readWindow' ? 'lost' : undefined);

      expect(await served(fleet)).toBeUndefined();
    });
  });
}

function served(fleet: Fleet, worker = 50): Promise<number | undefined> {
  return fleet.worker(worker).lastServedAtMs(KEY);
}
