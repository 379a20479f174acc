import { describe, expect, test } from '@jest/globals';
import type { HalfOpen } from '../../../lambda/core/breaker/circuit.ts';
import { summaryOf } from '../../../lambda/core/breaker/summary.ts';

const COMMON = { version: 3, epoch: 7, sinceMs: 1_000, writer: 'w1', opens: 2 };
const EVIDENCE = { rule: 'rate', failure: 'capacity', calls: 3, failures: 1 } as const;
const OPEN = { state: 'OPEN', ...COMMON, untilMs: 61_000, evidence: EVIDENCE } as const;

function halfOpen(...untilsMs: number[]): HalfOpen {
  const leases = untilsMs.map((untilMs, i) => ({ id: `w1/${i}`, untilMs, expiries: 0 }));
  return { state: 'HALF_OPEN', ...COMMON, stage: 1, succeeded: 2, leases, evidence: EVIDENCE };
}

describe('the summary of a circuit', () => {
  test('has the share of the calls that the circuit admits, while that is less than all', () => {
    const closed = {
      state: 'CLOSED',
      version: 3,
      epoch: 9,
      sinceMs: 1_000,
      writer: 'w',
      seededSuccesses: 10,
    } as const;

    expect(summaryOf('a/b', closed, undefined, 0.25)).toMatchObject({
      state: 'CLOSED',
      share: 0.25,
    });
    expect(summaryOf('a/b', closed, undefined, 1)).not.toHaveProperty('share');
  });

  test('of a target that nobody has called has no times', () => {
    expect(summaryOf('a/b', undefined, undefined)).toStrictEqual({ key: 'a/b', state: 'CLOSED' });
  });

  test('of an open circuit says until when, why, and at what rate calls had failed', () => {
    const summary = {
      key: 'a/b',
      state: 'OPEN',
      sinceMs: 1_000,
      untilMs: 61_000,
      opens: 2,
      evidence: EVIDENCE,
      failure: 'capacity',
      failureRatePercent: 33.3,
    };

    expect(summaryOf('a/b', OPEN, undefined)).toStrictEqual(summary);
    expect(summaryOf('a/b', { ...OPEN, probeAtMs: 9_000 }, undefined)).toStrictEqual({
      ...summary,
      probeAtMs: 9_000,
    });
  });

  test('of an opening without calls has no rate', () => {
    const evidence = { rule: 'unreadable', calls: 0, failures: 0 } as const;

    expect(summaryOf('a/b', { ...OPEN, evidence }, undefined)).not.toHaveProperty(
      'failureRatePercent',
    );
  });

  test('of a recovery says how far it is, and when its last lease ends', () => {
    expect(summaryOf('a/b', halfOpen(5_000, 9_000, 7_000), undefined)).toMatchObject({
      stage: 1,
      succeeded: 2,
      leasedUntilMs: 9_000,
    });
    expect(summaryOf('a/b', halfOpen(), undefined)).not.toHaveProperty('leasedUntilMs');
  });
});
