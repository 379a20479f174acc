import { expect, test } from '@jest/globals';
import { createUnkind, KIND } from '../../local/unkind.ts';

const draws = (seed: number) => {
  const hits = createUnkind(['throttles'], seed).chance('throttles', 0.3);
  return Array.from({ length: 1000 }, hits);
};

test('a behaviour hits its share of the draws, the same ones with the same seed', () => {
  expect(draws(1)).toEqual(draws(1));
  expect(draws(1)).not.toEqual(draws(2));
  expect(draws(1).filter(Boolean).length / 1000).toBeCloseTo(0.3, 1);
});

test('a behaviour that is off never hits', () => {
  expect(KIND.chance('throttles', 1)()).toBe(false);
  expect(createUnkind(['duplicates'], 1).chance('throttles', 1)()).toBe(false);
});
