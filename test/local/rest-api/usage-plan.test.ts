import { expect, test } from '@jest/globals';
import { createUsagePlan } from '../../../local/rest-api/usage-plan.ts';

const key = { id: 'first', name: 'first', value: 'secret' };
const other = { id: 'second', name: 'second', value: 'other' };
const DAY_MS = 86_400_000;

test('refuses an unknown key', () => {
  const plan = createUsagePlan([key], {});

  expect(plan.admit('wrong', 0)).toBe('INVALID_API_KEY');
  expect(plan.admit(undefined, 0)).toBe('INVALID_API_KEY');
  expect(plan.admit('secret', 0)).toEqual(key);
});

test('admits a burst and then the steady rate, for each key separately', () => {
  const plan = createUsagePlan([key, other], { Throttle: { BurstLimit: 2, RateLimit: 10 } });
  const at = (ms: number, value = 'secret') => typeof plan.admit(value, ms) === 'object';

  expect([at(0), at(0), at(0)]).toEqual([true, true, false]);
  expect(at(0, 'other')).toBe(true);
  expect([at(99), at(100), at(101)]).toEqual([false, true, false]);
  expect([at(10_000), at(10_000), at(10_000)]).toEqual([true, true, false]);
});

test('refuses requests beyond the quota until its period ends', () => {
  const plan = createUsagePlan([key], { Quota: { Limit: 2, Period: 'DAY' } });
  const at = (ms: number) => plan.admit('secret', ms);

  expect([at(DAY_MS), at(DAY_MS), at(DAY_MS + 1)]).toEqual([key, key, 'QUOTA_EXCEEDED']);
  expect(at(2 * DAY_MS)).toEqual(key);
});
