import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { whenTimeToScaleOut } from '../../../local/lambda/scale-out.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** Returns the wait in milliseconds on a machine with these idle shares, one per check. */
function waitMs(...idleShares: number[]): number {
  const startedAt = Date.now();
  let endedAt = Number.POSITIVE_INFINITY;
  // The first reading starts the measurement. The last one repeats.
  const readings = [0, ...idleShares];
  whenTimeToScaleOut(
    () => {
      endedAt = Date.now();
    },
    () => (readings.length > 1 ? readings.shift() : readings[0]) ?? 0,
  );
  jest.advanceTimersByTime(60_000);
  return endedAt - startedAt;
}

test('the wait for one more sandbox is short on an idle machine', () => {
  expect(waitMs(1)).toBe(250);
});

test('the wait is long on a busy machine, but not endless', () => {
  expect(waitMs(0)).toBe(2000);
});

test('the wait ends when the machine becomes idle', () => {
  expect(waitMs(0, 0, 0.5)).toBe(750);
});

test('a cancelled wait does not call back', () => {
  const callback = jest.fn();

  whenTimeToScaleOut(callback, () => 1)();
  jest.advanceTimersByTime(60_000);

  expect(callback).not.toHaveBeenCalled();
});
