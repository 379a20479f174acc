import { afterEach, beforeEach, expect, jest, test } from '@jest/globals';
import { whenPatienceEnds } from '../../../local/lambda/patience.ts';

beforeEach(() => {
  jest.useFakeTimers();
});
afterEach(() => {
  jest.useRealTimers();
});

/** How long it takes, in milliseconds, on a machine that is this idle. */
function patienceMs(...idleShares: number[]): number {
  const startedAt = Date.now();
  let endedAt = Number.POSITIVE_INFINITY;
  // The first reading begins the measure, the last one stays.
  const readings = [0, ...idleShares];
  whenPatienceEnds(
    () => {
      endedAt = Date.now();
    },
    () => (readings.length > 1 ? readings.shift() : readings[0]) ?? 0,
  );
  jest.advanceTimersByTime(60_000);
  return endedAt - startedAt;
}

test('patience ends soon on an idle machine', () => {
  expect(patienceMs(1)).toBe(250);
});

test('patience lasts on a busy machine, but not for ever', () => {
  expect(patienceMs(0)).toBe(2000);
});

test('patience ends when the machine becomes idle', () => {
  expect(patienceMs(0, 0, 0.5)).toBe(750);
});

test('whoever stops waiting is not called back', () => {
  const callback = jest.fn();

  whenPatienceEnds(callback, () => 1)();
  jest.advanceTimersByTime(60_000);

  expect(callback).not.toHaveBeenCalled();
});
