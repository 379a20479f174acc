import { describe, expect, test } from '@jest/globals';
import type { TargetFailureKind } from '../../../lambda/contract/words.ts';
import type { Circuit, HalfOpen } from '../../../lambda/core/breaker/circuit.ts';
import { capacityShareAfter, rampAfter } from '../../../lambda/core/breaker/known-capacity.ts';
import type { Ramp } from '../../../lambda/core/breaker/ramp.ts';
import { aPolicy } from '../../support/fleet.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const POLICY = aPolicy();
const NO_RAMP = aPolicy({ rampSeconds: 0 });
const COMMON = { version: 3, epoch: 7, sinceMs: NOW_MS, writer: 'w1' };
const UNLIMITED: Ramp = { sinceMs: NOW_MS, share: 1 / 8, capacityShare: 1 };
const HALF: Ramp = { sinceMs: NOW_MS, share: 1 / 8, capacityShare: 1 / 2 };

describe('the ramp of a circuit that closes', () => {
  test.each<[TargetFailureKind | undefined, boolean]>([
    ['capacity', true],
    ['quota-minute', true],
    ['fault', false],
    ['timeout', false],
    ['quota-day', false],
    [undefined, false],
  ])('after %s: %s', (failure, isRamped) => {
    const ramp = rampAfter(aHalfOpen(failure), NOW_MS, POLICY);

    expect(ramp).toEqual(isRamped ? UNLIMITED : undefined);
  });

  test('begins with no more than the share that the target has served', () => {
    const recovery = aHalfOpen('timeout', { capacityShare: 1 / 10 });

    expect(rampAfter(recovery, NOW_MS, POLICY)).toEqual({
      sinceMs: NOW_MS,
      share: 1 / 10,
      capacityShare: 1 / 10,
    });
  });

  test('is none if the policy has none', () => {
    expect(rampAfter(aHalfOpen('capacity'), NOW_MS, NO_RAMP)).toBeUndefined();
  });
});

describe('what is known of the capacity when a state ends', () => {
  const closed = (ramp?: Ramp): Circuit => ({
    ...{ state: 'CLOSED', ...COMMON, seededSuccesses: 10 },
    ...(ramp && { ramp }),
  });
  const partly = { ...HALF, capacityShare: 1 / 4 };

  test.each<[string, Circuit, TargetFailureKind, number | undefined]>([
    ['a first outage', closed(), 'capacity', undefined],
    ['an outage during a ramp that was not eased', closed(UNLIMITED), 'capacity', undefined],
    ['an outage during a ramp that was eased', closed(partly), 'capacity', 1 / 4],
    ['a failure of another kind during an eased ramp', closed(partly), 'fault', 1 / 4],
    ['a first probe that fails', aHalfOpen('capacity', { stage: 0 }), 'capacity', undefined],
    ['a later stage that fails', aHalfOpen('capacity', { stage: 1 }), 'quota-minute', 1 / 2],
    ['a later stage that fails otherwise', aHalfOpen('capacity', { stage: 1 }), 'fault', undefined],
    [
      'a later stage, known',
      aHalfOpen('capacity', { stage: 2, capacityShare: 0.2 }),
      'capacity',
      0.2,
    ],
  ])('%s', (_what, circuit, failure, expected) => {
    const evidence = { rule: 'probe', failure, calls: 1, failures: 1 } as const;

    expect(capacityShareAfter(circuit, evidence, NOW_MS, POLICY)).toBe(expected);
  });

  test('is forgotten a window after an eased ramp has ended', () => {
    const evidence = { rule: 'rate', failure: 'capacity', calls: 20, failures: 7 } as const;
    const known = (s: number) =>
      capacityShareAfter(closed(HALF), evidence, NOW_MS + s * 1000, POLICY);

    // At the growth of 2 % of a half in the first minute, all is admitted after √50 minutes.
    const endSeconds = 10 + 60 * Math.sqrt(50);
    expect(known(endSeconds + 59)).toBe(1 / 2);
    expect(known(endSeconds + 61)).toBeUndefined();
  });
});

function aHalfOpen(failure?: TargetFailureKind, changes: Partial<HalfOpen> = {}): HalfOpen {
  return {
    ...{ state: 'HALF_OPEN', ...COMMON, opens: 1, stage: 2, succeeded: 10, leases: [] },
    evidence: { rule: 'rate', calls: 20, failures: 7, ...(failure && { failure }) },
    ...changes,
  };
}
