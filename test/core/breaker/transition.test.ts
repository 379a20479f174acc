import { describe, expect, test } from '@jest/globals';
import {
  ABSENT,
  type Circuit,
  type HalfOpen,
  type LeaseClaim,
} from '../../../lambda/core/breaker/circuit.ts';
import { type CircuitAction, transition } from '../../../lambda/core/breaker/transition.ts';
import { aPolicy } from '../../support/fleet.ts';

const NOW_MS = Date.UTC(2026, 0, 15, 12);
const EVIDENCE = { rule: 'rate', failure: 'capacity', calls: 20, failures: 7 } as const;

describe('a transition', () => {
  test('starts the first epoch at the current second, and each later one is higher by one', () => {
    const trip = { type: 'trip', evidence: EVIDENCE, retryAfterMs: 0 } as const;

    const first = changed(ABSENT, { ...trip, epoch: 0 });
    expect([first.epoch, first.version]).toEqual([NOW_MS / 1000, 1]);
    const next = changed(aCircuit({ state: 'CLOSED', seededSuccesses: 0 }), { ...trip, epoch: 7 });

    expect([next.epoch, next.version]).toEqual([8, 4]);
  });

  test('that changes nothing returns the same circuit and no event', () => {
    const circuit = anOpen(NOW_MS + 1);

    const step = transition(circuit, { type: 'claim', claims: claimsOf('a') }, aContext());

    expect(step.circuit).toBe(circuit);
    expect(step.events).toEqual([]);
  });

  test('jitters cooldowns by ±10 %', () => {
    const closed = aCircuit({ state: 'CLOSED', seededSuccesses: 0 });
    const trip = { type: 'trip', epoch: 7, evidence: EVIDENCE, retryAfterMs: 0 } as const;
    const cooldowns = [0, 0.5, 0.999_999].map((jitter) => {
      const { circuit } = transition(closed, trip, { ...aContext(), jitter });
      return circuit.state === 'OPEN' ? circuit.untilMs - NOW_MS : 0;
    });

    expect(cooldowns).toEqual([54_000, 60_000, 66_000]);
  });

  test('grants no lease twice', () => {
    const once = changed(aHalfOpen(), { type: 'claim', claims: claimsOf('a') });

    expect(changed(once, { type: 'claim', claims: claimsOf('a') })).toBe(once);
  });

  test('grants an expired permit again, and counts the expiry', () => {
    const lease = { id: 'dead', untilMs: NOW_MS, expiries: 0 };

    const circuit = changed(aHalfOpen({ leases: [lease] }), {
      type: 'claim',
      claims: claimsOf('a', 'b'),
    });

    const untilMs = NOW_MS + 75_000;
    expect(circuit).toMatchObject({
      leases: [
        { id: 'a', untilMs, expiries: 1 },
        { id: 'b', untilMs, expiries: 0 },
      ],
    });
  });

  test('keeps the leases that expired if nobody claims their permits', () => {
    const leases = ['x', 'y'].map((id) => ({ id, untilMs: NOW_MS, expiries: 0 }));

    const circuit = changed(aHalfOpen({ leases }), { type: 'claim', claims: claimsOf('a') });

    expect(circuit).toMatchObject({
      leases: [{ id: 'y' }, { id: 'a', expiries: 1 }],
    });
  });

  test('opens if a permit expires for the second time, because calls hang', () => {
    const leases = [{ id: 'x', untilMs: NOW_MS, expiries: 1 }];

    expect(changed(aHalfOpen({ leases }), { type: 'claim', claims: claimsOf('a') })).toMatchObject({
      state: 'OPEN',
      evidence: {
        rule: 'expired-permit',
        failure: 'timeout',
        calls: 2,
        failures: 2,
        kinds: { timeout: 2 },
        stage: 1,
      },
    });
  });

  test('ends a lease at a whole millisecond, as a record can store it', () => {
    const claims = [{ id: 'a', leaseMs: 37_500.4, mayProbe: true }];

    expect(changed(aHalfOpen(), { type: 'claim', claims })).toMatchObject({
      leases: [{ untilMs: NOW_MS + 37_500 }],
    });
  });

  test('grants nothing while a stage that became smaller still has too many leases', () => {
    const live = ['a', 'b', 'c'].map((id) => ({ id, untilMs: NOW_MS + 1, expiries: 0 }));
    const expired = { id: 'd', untilMs: NOW_MS, expiries: 0 };
    const circuit = aHalfOpen({ leases: [...live, expired] });
    const policy = aPolicy({ recoveryStages: [1, 3] });
    const claim: CircuitAction = { type: 'claim', claims: claimsOf('e') };

    expect(transition(circuit, claim, { ...aContext(), policy }).circuit).toBe(circuit);
  });

  test('83. grants nothing to a call that should not probe, whatever its worker saw before', () => {
    const suspect = { id: 'a', leaseMs: 75_000, mayProbe: false };
    const recovery = aHalfOpen({ sinceMs: NOW_MS - 299_999 });

    expect(changed(recovery, { type: 'claim', claims: [suspect] })).toBe(recovery);
    expect(changed(anOpen(NOW_MS - 299_999), { type: 'claim', claims: [suspect] })).toMatchObject({
      state: 'OPEN',
    });
    expect(
      changed(aHalfOpen({ sinceMs: NOW_MS - 300_000 }), { type: 'claim', claims: [suspect] }),
    ).toMatchObject({ leases: [{ id: 'a' }] });
  });

  test('80. opens a recovery whose stream broke, whatever became of its lease', () => {
    const failure = { failure: 'broken-stream', slow: false, retryAfterMs: 120_000 } as const;

    expect(changed(aHalfOpen(), { type: 'break', epoch: 7, failure })).toMatchObject({
      state: 'OPEN',
      epoch: 8,
      opens: 2,
      untilMs: NOW_MS + 120_000,
      evidence: {
        rule: 'probe',
        failure: 'broken-stream',
        kinds: { 'broken-stream': 1 },
        calls: 1,
        failures: 1,
        stage: 1,
      },
    });
    for (const circuit of [aHalfOpen({ epoch: 8 }), anOpen(NOW_MS + 1)]) {
      expect(changed(circuit, { type: 'break', epoch: 7, failure })).toBe(circuit);
    }
  });

  test('credits no success to another epoch', () => {
    const circuit = aHalfOpen({ leases: [{ id: 'a', untilMs: NOW_MS + 1, expiries: 0 }] });
    const result = { kind: 'success' } as const;

    const late = changed(circuit, { type: 'settle', epoch: 6, leaseId: 'a', result });

    expect(late).toBe(circuit);
  });

  test('restarts only a closed circuit that has not changed since', () => {
    const restart = { type: 'restart', sinceMs: NOW_MS } as const;
    const closed = aCircuit({ state: 'CLOSED', seededSuccesses: 0 });

    expect(changed(closed, restart)).toMatchObject({
      state: 'HALF_OPEN',
      stage: 0,
      epoch: 8,
      opens: 0,
    });
    expect(changed(closed, { ...restart, sinceMs: 0 })).toBe(closed);
    for (const circuit of [anOpen(NOW_MS + 1), aHalfOpen()]) {
      expect(changed(circuit, restart)).toBe(circuit);
    }
  });

  test('opens until the next reset of a daily quota', () => {
    const circuit = aHalfOpen({ leases: [{ id: 'a', untilMs: NOW_MS + 1, expiries: 0 }] });
    const result = { kind: 'failure', failure: 'quota-day', slow: false, retryAfterMs: 0 } as const;

    expect(changed(circuit, { type: 'settle', epoch: 7, leaseId: 'a', result })).toMatchObject({
      state: 'OPEN',
      untilMs: Date.UTC(2026, 0, 16),
      probeAtMs: NOW_MS + 3_600_000,
      opens: 2,
      evidence: { rule: 'quota-day' },
    });
  });

  test('69. opens for a whole day at the moment of a reset', () => {
    const trip = { type: 'trip', epoch: 7, retryAfterMs: 0 } as const;
    const evidence = { ...EVIDENCE, rule: 'quota-day' } as const;
    const closed = aCircuit({ state: 'CLOSED', seededSuccesses: 0 });
    const policy = aPolicy({ dailyQuotaResetUtc: '12:00' });

    const { circuit } = transition(closed, { ...trip, evidence }, { ...aContext(), policy });

    expect(circuit).toMatchObject({ untilMs: NOW_MS + 86_400_000 });
  });

  test('69. plans no probe of a daily quota after its reset', () => {
    const trip = { type: 'trip', epoch: 7, retryAfterMs: 0 } as const;
    const evidence = { ...EVIDENCE, rule: 'quota-day' } as const;
    const closed = aCircuit({ state: 'CLOSED', seededSuccesses: 0 });
    const policy = aPolicy({ dailyQuotaResetUtc: '13:00' });

    const { circuit } = transition(closed, { ...trip, evidence }, { ...aContext(), policy });

    expect(circuit).toMatchObject({ untilMs: NOW_MS + 3_600_000 });
    expect(circuit).not.toHaveProperty('probeAtMs');
  });
});

function claimsOf(...ids: readonly string[]): readonly LeaseClaim[] {
  return ids.map((id) => ({ id, leaseMs: 75_000, mayProbe: true }));
}

function changed(circuit: Circuit, action: CircuitAction): Circuit {
  return transition(circuit, action, aContext()).circuit;
}

function aContext() {
  return { key: 'a/b', nowMs: NOW_MS, policy: aPolicy(), writer: 'w1', jitter: 0.5 };
}

const COMMON = { version: 3, epoch: 7, sinceMs: 0, writer: 'w0' };

function aCircuit(circuit: { state: 'CLOSED'; seededSuccesses: number }): Circuit {
  return { ...COMMON, ...circuit };
}

function anOpen(untilMs: number): Circuit {
  return { state: 'OPEN', ...COMMON, untilMs, opens: 1, evidence: EVIDENCE };
}

/** Returns a circuit that is HALF_OPEN at stage 1, which has five permits. */
function aHalfOpen(changes: Partial<HalfOpen> = {}): HalfOpen {
  const circuit = { stage: 1, succeeded: 0, leases: [], opens: 1, evidence: EVIDENCE };
  return { state: 'HALF_OPEN', ...COMMON, ...circuit, ...changes };
}

describe('an action that comes too late', () => {
  const closed = aCircuit({ state: 'CLOSED', seededSuccesses: 0 });
  const others = [{ ...closed, epoch: 8 }, anOpen(NOW_MS + 1), aHalfOpen()];

  test.each(['trip', 'would-open'] as const)('changes nothing: %s', (type) => {
    for (const circuit of others) {
      const action = { type, epoch: 7, evidence: EVIDENCE, retryAfterMs: 0 };
      expect(changed(circuit, action)).toBe(circuit);
    }
  });

  test('changes nothing: a result for a circuit that does not recover, or a claim of a closed one', () => {
    const settle = { type: 'settle', epoch: 7, leaseId: 'a', result: { kind: 'success' } } as const;

    for (const circuit of [closed, anOpen(NOW_MS + 1)]) {
      expect(changed(circuit, settle)).toBe(circuit);
    }
    expect(changed(closed, { type: 'claim', claims: claimsOf('a') })).toBe(closed);
  });

  test('changes nothing: the end of an override at which the circuit changed', () => {
    const ended = { type: 'override-ended', atMs: NOW_MS } as const;

    for (const sinceMs of [NOW_MS, NOW_MS + 1]) {
      const circuit = { ...closed, sinceMs };
      expect(changed(circuit, ended)).toBe(circuit);
    }
    expect(changed({ ...closed, sinceMs: NOW_MS - 1 }, ended)).not.toMatchObject(closed);
  });
});

describe('a recovery', () => {
  const lease = { id: 'a', untilMs: NOW_MS + 1, expiries: 0 };

  test('reports no event when it grants a permit or takes one back', () => {
    const claim = { type: 'claim', claims: claimsOf('b') } as const;
    const result = { kind: 'ignored' } as const;
    const settle = { type: 'settle', epoch: 7, leaseId: 'a', result } as const;

    for (const action of [claim, settle]) {
      expect(transition(aHalfOpen({ leases: [lease] }), action, aContext()).events).toEqual([]);
    }
  });

  test('83. is not ended by a hung permit when only a call asks that should not probe', () => {
    const hung = aHalfOpen({
      sinceMs: NOW_MS - 1,
      leases: [{ ...lease, untilMs: NOW_MS, expiries: 1 }],
    });
    const claims = [{ id: 'b', leaseMs: 75_000, mayProbe: false }];

    expect(changed(hung, { type: 'claim', claims })).toBe(hung);
  });
});
