import { describe, expect, test } from '@jest/globals';
import { BREAKER_DEFAULTS, type BreakerPolicy } from '../../../lambda/contract/policy.ts';
import { slotAt, timingOf, windowStart } from '../../../lambda/core/breaker/timing.ts';

const timing = (changes: Partial<BreakerPolicy> = {}) =>
  timingOf({ ...BREAKER_DEFAULTS, ...changes });

describe('the times of a policy', () => {
  test('are those of docs/breaker-cases.md by default', () => {
    expect(timing()).toEqual({
      bucketMs: 1_000,
      windowMs: 60_000,
      cooldownMs: 60_000,
      dailyProbeMs: 3_600_000,
      leaseMs: 62_500,
      stallMs: 20_000,
      viewMaxAgeMs: 1_000,
      claimJitterMs: 200,
      claimJitterMaxMs: 62_500 / 15,
      recheckMs: 5_000,
      announcedForMs: 6_000,
      skewLimitMs: 2_000,
    });
  });

  test.each([
    ['a short cooldown', { cooldownSeconds: 6 }, { recheckMs: 500, announcedForMs: 600 }],
    ['a short window', { windowSeconds: 6 }, { recheckMs: 500, bucketMs: 100, windowMs: 6_000 }],
    ['a cooldown below 2 s', { cooldownSeconds: 1.5 }, { skewLimitMs: 1_500 }],
    ['a view that is never cached', { viewMaxAgeSeconds: 0 }, { claimJitterMs: 0 }],
    ['long leases', { firstTokenSeconds: 580 }, { claimJitterMaxMs: 5_000 }],
  ])('scale with %s', (_, changes, times) => {
    expect(timing(changes)).toMatchObject(times);
  });
});

test('a window is 60 whole buckets, of which the last one contains the present', () => {
  const nowMs = Date.UTC(2026, 0, 15, 12, 0, 30) + 999;

  expect(slotAt(nowMs, timing()).startMs).toBe(Date.UTC(2026, 0, 15, 12, 0, 30));
  expect(windowStart(nowMs, timing()).startMs).toBe(Date.UTC(2026, 0, 15, 11, 59, 31));
});

test('the times of a policy are derived once, although another policy is used in between', () => {
  const [one, other] = [{ ...BREAKER_DEFAULTS }, { ...BREAKER_DEFAULTS, windowSeconds: 6 }];
  const times = timingOf(one);
  timingOf(other);

  expect(timingOf(one)).toBe(times);
});
