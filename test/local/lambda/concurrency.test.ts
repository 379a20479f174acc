import { expect, test } from '@jest/globals';
import { shareConcurrency } from '../../../local/lambda/concurrency.ts';

test('functions share the limit of the account, less the reservations of single functions', () => {
  const concurrencyOf = shareConcurrency(
    3,
    new Map([
      ['Request', undefined],
      ['Worker', undefined],
      ['Status', 1],
    ]),
  );
  const entered = ['Request', 'Worker', 'Worker', 'Status', 'Status'].map((name) =>
    concurrencyOf(name).enter(),
  );

  expect(entered).toEqual([true, true, false, true, false]);
  concurrencyOf('Request').leave();
  expect(concurrencyOf('Worker').enter()).toBe(true);
});

test('an account without a limit throttles nothing', () => {
  const concurrencyOf = shareConcurrency(undefined, new Map([['Worker', undefined]]));

  expect(Array.from({ length: 1000 }, () => concurrencyOf('Worker').enter())).not.toContain(false);
});

test('a limit that the reservations use up is refused', () => {
  expect(() => shareConcurrency(10, new Map([['Status', 10]]))).toThrow(
    'concurrency: got 10, allowed is more than the 10 that the template reserves for single functions',
  );
});
