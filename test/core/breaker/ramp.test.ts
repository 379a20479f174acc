import { describe, expect, test } from '@jest/globals';
import type { BreakerPolicy } from '../../../lambda/contract/policy.ts';
import {
  eased,
  isWatched,
  type Ramp,
  rampWaitMs,
  shareAt,
} from '../../../lambda/core/breaker/ramp.ts';
import { aPolicy } from '../../support/fleet.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const POLICY = aPolicy();
const NO_RAMP = aPolicy({ rampSeconds: 0 });
const UNLIMITED: Ramp = { sinceMs: NOW_MS, share: 1 / 8, capacityShare: 1 };
const HALF: Ramp = { sinceMs: NOW_MS, share: 1 / 8, capacityShare: 1 / 2 };

describe('the share of the traffic', () => {
  test('begins with an eighth and doubles every 5 s, up to all of it', () => {
    const shares = [0, 4.999, 5, 9.999, 10, 14.999, 15, 3600].map((s) => share(UNLIMITED, s));

    expect(shares).toEqual([1 / 8, 1 / 8, 1 / 4, 1 / 4, 1 / 2, 1 / 2, 1, 1]);
  });

  test('doubles up to the share that the target has served, and then grows slowly', () => {
    expect([0, 5, 10].map((s) => share(HALF, s))).toEqual([1 / 8, 1 / 4, 1 / 2]);

    const minutes = [1, 2, 4, 6, 8].map((minute) => share(HALF, 10 + 60 * minute));

    expect(minutes.map((each) => Math.round(each * 100))).toEqual([51, 54, 66, 86, 100]);
  });

  test('stays at its first value before its begin, which another clock may show', () => {
    expect(share(UNLIMITED, -2)).toBe(1 / 8);
    expect(share({ sinceMs: NOW_MS, share: 0.3, capacityShare: 0.3 }, -2)).toBe(0.3);
  });

  test('is everything if the policy has no ramp, also for a ramp that has begun', () => {
    expect(shareAt(HALF, NOW_MS, NO_RAMP)).toBe(1);
  });

  test('tells a rejected call when more calls are admitted', () => {
    const waits = [0, 3, 5].map((s) => rampWaitMs(UNLIMITED, NOW_MS + s * 1000, POLICY));

    expect(waits).toEqual([5_000, 2_000, 5_000]);
    expect(rampWaitMs(HALF, NOW_MS + 70_000, POLICY)).toBe(5_000);
  });

  test('is watched until the circuit has admitted everything for a window', () => {
    const watched = [0, 15, 74.999, 75].map((s) => isWatched(UNLIMITED, at(s), POLICY));

    expect(watched).toEqual([true, true, true, false]);
  });
});

describe('an easing', () => {
  test('halves a share that is new, and the share grows slowly from there', () => {
    const ramp = eased(UNLIMITED, at(15), POLICY);

    expect(ramp).toEqual({ sinceMs: at(15), share: 1 / 2, capacityShare: 1 / 2 });
    expect(shareAt(ramp, at(15 + 60), POLICY)).toBeCloseTo(0.51);
  });

  test('takes a fifth of a share that the target has served for a window', () => {
    expect(eased(HALF, at(10 + 120), POLICY).share).toBeCloseTo(0.54 * 0.8);
  });

  test('leaves at least a sixteenth', () => {
    expect(eased({ ...HALF, share: 1 / 16, capacityShare: 1 / 16 }, at(1), POLICY).share).toBe(
      1 / 16,
    );
  });
});

function at(seconds: number): number {
  return NOW_MS + seconds * 1000;
}

function share(ramp: Ramp, seconds: number, policy: BreakerPolicy = POLICY): number {
  return shareAt(ramp, at(seconds), policy);
}
