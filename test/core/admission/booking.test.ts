import { expect, test } from '@jest/globals';
import { isDue } from '../../../lambda/core/admission/booking.ts';

test.each([
  [-1_001, false],
  [-1_000, true],
  [0, true],
  [60_000, true],
  [60_001, false],
])('a booking is due %d ms after its time: %s', (ms, due) => {
  const booking = { key: 'a', tokens: 1, burndown: 5, atMs: 1_000_000 };

  expect(isDue(booking, 1_000_000 + ms)).toBe(due);
});
