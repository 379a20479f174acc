import { describe, expect, test } from '@jest/globals';
import { batchRate } from '../../../lambda/core/admission/batch-pace.ts';
import { dayBudget, endsEarlyByMs } from '../../../lambda/core/admission/day-budget.ts';
import type { HourlyTokens } from '../../../lambda/core/admission/hourly-tokens.ts';
import { quotaDay } from '../../../lambda/core/admission/quota-day.ts';

const HOUR_MS = 3_600_000;
const at = (time: string) => Date.parse(`2026-11-${time}:00Z`);
const MIDNIGHT = { dailyQuotaResetUtc: '00:00' };

function budgetAt(
  time: string,
  quota: number,
  all: HourlyTokens,
  reset = MIDNIGHT,
  batch: HourlyTokens = {},
) {
  const nowMs = at(time);
  return dayBudget(quota, { all, batch }, nowMs, quotaDay(nowMs, reset));
}

describe('the budget of a day', () => {
  test('has what the hours since the reset have left of it', () => {
    const used = { '2026-11-27T23': 9_000, '2026-11-28T00': 100, '2026-11-28T03': 30 };

    expect(budgetAt('28T03:30', 1_000, used)).toEqual({
      quota: 1_000,
      spent: 130,
      left: 870,
      lastHour: 30,
      resetAtMs: at('29T00:00'),
    });
  });

  test('begins at the time of the reset, also within an hour', () => {
    const used = { '2026-11-27T16': 100, '2026-11-27T17': 100, '2026-11-27T18': 100 };
    const reset = { dailyQuotaResetUtc: '17:30' };

    const before = budgetAt('27T17:15', 1_000, used, reset);
    expect([before.spent, before.resetAtMs]).toEqual([200, at('27T17:30')]);
    const after = budgetAt('27T18:40', 1_000, used, reset);
    expect([after.spent, after.resetAtMs]).toEqual([150, at('28T17:30')]);
  });

  test('counts the running hour as used until now', () => {
    const used = { '2026-11-28T10': 60, '2026-11-28T11': 40 };

    expect(budgetAt('28T11:15', 1_000, used).lastHour).toBe(40 + 60 * 0.75);
    expect(budgetAt('28T11:00', 1_000, { '2026-11-28T11': 40 }).spent).toBe(0);
  });

  test('ends early when the rate of the last hour uses it up before the reset', () => {
    const used = { '2026-11-28T11': 100 };

    const early = budgetAt('28T12:00', 1_000, used);
    expect([early.endsAtMs, endsEarlyByMs(early)]).toEqual([at('28T21:00'), 3 * HOUR_MS]);
    const enough = budgetAt('28T12:00', 1_300, used);
    expect(enough).not.toHaveProperty('endsAtMs');
    expect(endsEarlyByMs(enough)).toBe(0);
  });

  test('does not end early because of batch jobs, which give way', () => {
    const used = { '2026-11-28T11': 100 };

    expect(budgetAt('28T12:00', 1_000, used, MIDNIGHT, used)).not.toHaveProperty('endsAtMs');
    const half = budgetAt('28T12:00', 400, used, MIDNIGHT, { '2026-11-28T11': 50 });
    expect(half).toMatchObject({ lastHour: 100, endsAtMs: at('28T18:00') });
  });

  test('has ended when nothing is left, and never has less than nothing', () => {
    const over = budgetAt('28T12:00', 1_000, { '2026-11-28T02': 1_500 });

    expect(over).toMatchObject({ spent: 1_500, left: 0, endsAtMs: at('28T12:00') });
    expect(endsEarlyByMs(over)).toBe(12 * HOUR_MS);
  });
});

describe('the rate of batch jobs', () => {
  const rateAt = (time: string, quota: number, all: HourlyTokens, batch: HourlyTokens = {}) => {
    const nowMs = at(time);
    const day = quotaDay(nowMs, MIDNIGHT);
    const use = { all, batch };
    const tokens = batchRate(dayBudget(quota, use, nowMs, day), use, nowMs, day);
    return Math.round(tokens * HOUR_MS);
  };

  test('spreads what is left over the rest of the day', () => {
    expect(rateAt('28T00:00', 2_400, {})).toBe(100);
    expect(rateAt('28T18:00', 2_400, { '2026-11-28T05': 1_800 })).toBe(100);
  });

  test('leaves the other jobs what they used a day ago in the hours that are left', () => {
    const yesterday = { '2026-11-27T05': 7_000, '2026-11-27T20': 500, '2026-11-27T22': 100 };
    const batch = { '2026-11-27T22': 60 };

    // Of the 2,400, batch jobs get 2,400 - 500 - 40 in 6 hours.
    expect(rateAt('28T18:00', 2_400, yesterday, batch)).toBe(310);
  });

  test('leaves the other jobs what they use at present, if they used nothing a day ago', () => {
    const used = { '2026-11-28T17': 150 };

    expect(rateAt('28T18:00', 2_400, used, { '2026-11-28T17': 100 })).toBe((2_250 - 6 * 50) / 6);
    expect(rateAt('28T18:00', 2_400, used, used)).toBe(2_250 / 6);
  });

  test('is 0 when the other jobs need all that is left', () => {
    expect(rateAt('28T18:00', 1_000, { '2026-11-28T17': 150 })).toBe(0);
    expect(rateAt('28T18:00', 1_000, { '2026-11-28T05': 5_000 })).toBe(0);
  });

  test('lets the budget last until the reset although other jobs use half of it', () => {
    const all: Record<string, number> = {};
    const batch: Record<string, number> = {};
    const quota = 2_400_000;
    for (let hour = 0; hour < 24; hour++) {
      const name = String(hour).padStart(2, '0');
      const used = rateAt(`28T${name}:00`, quota, all, batch);
      batch[`2026-11-28T${name}`] = used;
      all[`2026-11-28T${name}`] = used + 50_000;
    }

    const { spent } = budgetAt('28T23:59', quota, all);
    expect(spent).toBeGreaterThan(0.95 * quota);
    expect(spent).toBeLessThanOrEqual(quota * 1.05);
  });
});
