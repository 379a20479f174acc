import { expect, test } from '@jest/globals';
import { ExpectedOutput } from '../../../lambda/core/admission/expected-output.ts';

test('each answer moves the mean of its chain by a tenth of the difference', () => {
  const expected = new ExpectedOutput();
  expect(expected.of('chat', 50)).toBe(50);

  expected.note('chat', 100, 50);
  expect(expected.of('chat', 50)).toBe(55);
  expected.note('chat', 5, 50);

  expect(expected.of('chat', 50)).toBe(50);
  expect(expected.of('search', 70)).toBe(70);
});
