import { expect, test } from '@jest/globals';
import { RetryBudget } from '../../../lambda/core/router/retry-budget.ts';

function spent(budget: RetryBudget): number {
  let retries = 0;
  while (budget.spend()) retries += 1;
  return retries;
}

test('ten retries are allowed at first, and then one for ten calls', () => {
  const budget = new RetryBudget();
  expect(spent(budget)).toBe(10);

  for (let call = 0; call < 25; call += 1) budget.earn();

  expect(spent(budget)).toBe(2);
});

test('calls that need no retry save no more than ten for later', () => {
  const budget = new RetryBudget();

  for (let call = 0; call < 10_000; call += 1) budget.earn();

  expect(spent(budget)).toBe(10);
});
