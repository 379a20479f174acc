import { describe, expect, test } from '@jest/globals';
import { BREAKER_DEFAULTS } from '../../../lambda/contract/policy.ts';
import { decideAdmission } from '../../../lambda/core/breaker/admission.ts';
import type { HalfOpen } from '../../../lambda/core/breaker/circuit.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const policy = { ...BREAKER_DEFAULTS, recoveryStages: [1, 3] };

function halfOpen(fields: Pick<HalfOpen, 'stage' | 'succeeded'>, untilsMs: number[]): HalfOpen {
  return {
    state: 'HALF_OPEN',
    version: 1,
    epoch: 2,
    sinceMs: NOW_MS,
    writer: 'w1',
    opens: 1,
    evidence: { rule: 'dry', failure: 'fault', kinds: {}, calls: 0, failures: 0 },
    leases: untilsMs.map((untilMs, i) => ({ id: `w${i}`, untilMs, expiries: 0 })),
    ...fields,
  };
}

describe('a half-open circuit', () => {
  test('lets a call claim a permit that is free', () => {
    const circuit = halfOpen({ stage: 1, succeeded: 1 }, [NOW_MS + 1]);

    expect(decideAdmission(circuit, NOW_MS, policy)).toEqual({ type: 'claim' });
  });

  test('lets a call end a stage that a new policy has made complete', () => {
    const circuit = halfOpen({ stage: 0, succeeded: 1 }, []);

    expect(decideAdmission(circuit, NOW_MS, policy)).toEqual({ type: 'claim' });
  });

  test('asks a call to wait until the first live lease ends', () => {
    const circuit = halfOpen({ stage: 1, succeeded: 1 }, [
      NOW_MS - 1,
      NOW_MS,
      NOW_MS + 700,
      NOW_MS + 300,
    ]);

    expect(decideAdmission(circuit, NOW_MS, policy)).toEqual({
      type: 'reject',
      reason: 'half-open',
      retryAfterMs: 300,
    });
  });
});
