import { describe, expect, test } from '@jest/globals';
import { nextGroup, ProcessingTimes } from '../../../local/aws/fair-queue.ts';

/** Returns the group that comes next. The first group has the oldest message. */
function next(
  waiting: readonly string[],
  inFlight: Readonly<Record<string, number>> = {},
  recentMs: Readonly<Record<string, number>> = {},
) {
  return nextGroup(
    waiting.map((group, oldest) => ({ group, oldest })),
    new Map(Object.entries(inFlight)),
    new Map(Object.entries(recentMs)),
  );
}

describe('the next group of a fair queue', () => {
  test('is the one with the oldest message if all groups are quiet', () => {
    expect(next(['a', 'b'])).toBe('a');
    expect(next(['a', 'b'], { a: 29, b: 1 })).toBe('a');
    expect(next([])).toBeUndefined();
  });

  test('is not one with 30 messages and a tenth of all in flight, if another waits', () => {
    expect(next(['a', 'b'], { a: 30 })).toBe('b');
    expect(next(['a'], { a: 30 })).toBe('a');
    expect(next(['a', 'b'], { a: 30, c: 270 })).toBe('a');
    expect(next(['a', 'b'], { a: 31, c: 270 })).toBe('b');
  });

  test('is not one with a tenth of the recent processing time, if another waits', () => {
    expect(next(['a', 'b'], {}, { a: 11, c: 89 })).toBe('b');
    expect(next(['a', 'b'], {}, { a: 10, c: 90 })).toBe('a');
  });

  test('is the one with the fewest messages in flight if all groups are noisy', () => {
    expect(next(['a', 'b', 'c'], { a: 50, b: 40, c: 40 })).toBe('b');
  });
});

test('the processing time of a group is its messages times their time in flight, and fades', () => {
  const times = new ProcessingTimes();
  times.observe(new Map([['a', 2]]), 0);

  times.observe(new Map(), 60_000);
  expect(times.recentMs).toEqual(new Map([['a', 60_000]]));
  times.observe(new Map(), 120_000);
  expect(times.recentMs).toEqual(new Map([['a', 30_000]]));
  times.observe(new Map(), 3_600_000);
  expect(times.recentMs).toEqual(new Map());
});
