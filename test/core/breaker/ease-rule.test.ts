import { describe, expect, test } from '@jest/globals';
import type { WindowBucket } from '../../../lambda/core/breaker/circuit-store.ts';
import { mustEase } from '../../../lambda/core/breaker/ease-rule.ts';
import type { Ramp } from '../../../lambda/core/breaker/ramp.ts';
import { aPolicy } from '../../support/fleet.ts';

const SINCE_MS = Date.UTC(2026, 0, 15, 12);
const RAMP: Ramp = { sinceMs: SINCE_MS, share: 0.5, capacityShare: 0.5 };
/** With these rules, the ramp eases at 2.5 failures beyond 7.5 % of the calls. */
const POLICY = aPolicy({ excessFailures: 10, viewMaxAgeSeconds: 1 });

describe('a ramp eases', () => {
  test('at three failures in a row, and not at two', () => {
    expect(mustEase(RAMP, [aBucket(2, 0, 2)], POLICY)).toBe(false);
    expect(mustEase(RAMP, [aBucket(2, 0, 2), aBucket(3, 0, 1)], POLICY)).toBe(true);
  });

  test('at a sixth of failures, but not at 7 %', () => {
    const seconds = Array.from({ length: 60 }, (_, i) => i + 2);

    expect(
      mustEase(
        RAMP,
        seconds.map((s) => aBucket(s, 5, 1)),
        POLICY,
      ),
    ).toBe(true);
    expect(
      mustEase(
        RAMP,
        seconds.map((s) => aBucket(s, 14, 1)),
        POLICY,
      ),
    ).toBe(false);
  });

  test('whatever the successes before the failures were', () => {
    expect(mustEase(RAMP, [aBucket(2, 1000, 0), aBucket(30, 0, 3)], POLICY)).toBe(true);
  });

  test('only for kinds that say that the target lacks capacity, and that the policy counts', () => {
    const failing = (failures: WindowBucket['failures']) => [{ ...aBucket(2, 0, 0), failures }];

    expect(mustEase(RAMP, failing({ 'quota-minute': 2, capacity: 1 }), POLICY)).toBe(true);
    expect(mustEase(RAMP, failing({ fault: 9, timeout: 9, 'quota-day': 9 }), POLICY)).toBe(false);
    const ignoring = { ...POLICY, ignoredKinds: ['capacity'] as const };
    expect(mustEase(RAMP, failing({ capacity: 9 }), ignoring)).toBe(false);
  });

  test('only for calls that all workers admitted by this share', () => {
    expect(mustEase(RAMP, [aBucket(0, 0, 9)], POLICY)).toBe(false);
    expect(mustEase(RAMP, [aBucket(1, 0, 9)], POLICY)).toBe(true);
  });

  test('not while calls that have just begun may outweigh the failures', () => {
    expect(mustEase(RAMP, [{ ...aBucket(2, 0, 3), announced: 20 }], POLICY)).toBe(false);
  });

  test('at two failures at least, however few open the circuit', () => {
    const strict = { ...POLICY, excessFailures: 1 };

    expect(mustEase(RAMP, [aBucket(2, 0, 1)], strict)).toBe(false);
    expect(mustEase(RAMP, [aBucket(2, 0, 2)], strict)).toBe(true);
  });

  test('never if the policy has turned the excess rule off', () => {
    const off = { ...POLICY, excessFailures: Number.POSITIVE_INFINITY };

    expect(mustEase(RAMP, [aBucket(2, 0, 99)], off)).toBe(false);
  });
});

function aBucket(second: number, success: number, throttled: number): WindowBucket {
  const failures = throttled > 0 ? { 'quota-minute': throttled } : {};
  return { startMs: SINCE_MS + second * 1000, success, slow: 0, failures };
}
