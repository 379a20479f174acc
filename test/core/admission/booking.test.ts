import { expect, test } from '@jest/globals';
import { isDue } from '../../../lambda/core/admission/booking.ts';

test.each([
  [-2_001, false],
  [-2_000, true],
  [0, true],
  [30_000, true],
  [30_001, false],
])('a booking that is valid for 30 s is due %d ms after its time: %s', (ms, due) => {
  const booking = { key: 'a', tokens: 1, burndown: 5, atMs: 1_000_000 };

  expect(isDue(booking, 1_000_000 + ms, 30_000)).toBe(due);
});
