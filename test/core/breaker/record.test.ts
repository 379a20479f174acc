import { describe, expect, test } from '@jest/globals';
import { BREAKER_DEFAULTS } from '../../../lambda/contract/policy.ts';
import type { Circuit, Lease } from '../../../lambda/core/breaker/circuit.ts';
import {
  circuitWithoutStore,
  fromRecord,
  toRecord,
  unreadableCircuit,
} from '../../../lambda/core/breaker/record.ts';

const COMMON = { version: 3, epoch: 1_768_478_400, sinceMs: 1_768_478_400_123, writer: 'w1' };
const EVIDENCE = { rule: 'rate', failure: 'capacity', calls: 20, failures: 7 } as const;

const RAMP = { since: '2026-01-15T12:00:00.000Z', share: 0.125, capacityShare: 0.3 };

const CIRCUITS: readonly Circuit[] = [
  { state: 'CLOSED', ...COMMON, seededSuccesses: 10 },
  { state: 'CLOSED', ...COMMON, seededSuccesses: 0, wouldOpenUntilMs: 1_768_478_460_000 },
  {
    state: 'CLOSED',
    ...COMMON,
    seededSuccesses: 10,
    ramp: { sinceMs: 1_768_478_400_123, share: 0.125, capacityShare: 0.3 },
  },
  { state: 'OPEN', ...COMMON, opens: 2, untilMs: 1_768_478_460_001, evidence: EVIDENCE },
  {
    state: 'OPEN',
    ...COMMON,
    opens: 1,
    capacityShare: 0.0625,
    untilMs: 1_768_521_600_000,
    probeAtMs: 1_768_482_000_000,
    evidence: { ...EVIDENCE, rule: 'quota-day' },
  },
  {
    state: 'HALF_OPEN',
    ...COMMON,
    opens: 1,
    stage: 2,
    succeeded: 3,
    capacityShare: 0.5,
    leases: Array.from({ length: 10 }, (_, i) => aLease(i)),
    evidence: { ...EVIDENCE, kinds: { capacity: 5, timeout: 2 }, excess: 3.14 },
  },
];

describe('the record of a circuit', () => {
  test.each(CIRCUITS)('reads back the circuit that was written: $state', (circuit) => {
    expect(fromRecord(JSON.parse(JSON.stringify(toRecord(circuit))))).toStrictEqual(circuit);
  });

  test('can be read by a person: times are ISO 8601', () => {
    const [, , , open] = CIRCUITS.map(toRecord);

    expect(open).toMatchObject({ state: 'OPEN', until: '2026-01-15T12:01:00.001Z', opens: 2 });
  });

  test('stays under 2 KB with a full last stage', () => {
    const sizes = CIRCUITS.map((circuit) => JSON.stringify(toRecord(circuit)).length);

    expect(Math.max(...sizes)).toBeLessThan(2_048);
  });

  test.each([
    ['nothing', null],
    ['a text', 'OPEN'],
    ['no state', { ...COMMON, since: '2026-01-15T12:00:00Z' }],
    ['an unknown state', { ...toRecord(closed()), state: 'AJAR' }],
    ['a version that is not a number', { ...toRecord(closed()), version: '3' }],
    ['a version of 0', { ...toRecord(closed()), version: 0 }],
    ['no writer', { ...toRecord(closed()), writer: undefined }],
    ['an invalid time', { ...toRecord(closed()), since: 'yesterday' }],
    ['an open state without its end', { ...toRecord(closed()), state: 'OPEN', opens: 1 }],
    ['a negative count', { ...toRecord(closed()), seededSuccesses: -1 }],
    ['a count that is not whole', { ...toRecord(closed()), seededSuccesses: 0.5 }],
    ['leases that are no list', { ...toRecord(halfOpen()), leases: {} }],
    ['a lease that is no object', { ...toRecord(halfOpen()), leases: [7] }],
    ['a reason that is no object', { ...toRecord(halfOpen()), reason: 'mood' }],
    ['a broken lease', { ...toRecord(halfOpen()), leases: [{ id: 'w1/1', expiries: 0 }] }],
    ['a ramp that is no object', { ...toRecord(closed()), ramp: 0.5 }],
    ['a ramp without its begin', { ...toRecord(closed()), ramp: { share: 1, capacityShare: 1 } }],
    ['a share of 0', { ...toRecord(closed()), ramp: { ...RAMP, share: 0 } }],
    ['a share above 1', { ...toRecord(closed()), ramp: { ...RAMP, capacityShare: 1.1 } }],
    ['a share above the capacity', { ...toRecord(closed()), ramp: { ...RAMP, share: 0.9 } }],
    ['an unreadable capacity', { ...toRecord(halfOpen()), capacityShare: '1/2' }],
    ['a capacity of 0', { ...toRecord(anOpen()), capacityShare: 0 }],
    ['an unknown rule', { ...toRecord(halfOpen()), reason: { ...EVIDENCE, rule: 'mood' } }],
  ])('cannot be read with %s', (_what, record) => {
    expect(fromRecord(record)).toBeUndefined();
  });
});

describe('the record of a circuit without one of its fields', () => {
  const optional = new Set(['opens', 'wouldOpenUntil', 'probeAt']);
  const [, , , open] = CIRCUITS;
  const records = [closed(), open, halfOpen()].flatMap((circuit) =>
    circuit ? toRecord(circuit) : [],
  );
  const cases = records.flatMap((record) =>
    Object.keys(record)
      .filter((field) => record.state !== 'CLOSED' || !optional.has(field))
      .map((field) => ({ state: record.state, field, record })),
  );

  test.each(cases)('cannot be read: $state without $field', ({ field, record }) => {
    expect(fromRecord(record)).toBeDefined();
    expect(fromRecord({ ...record, [field]: undefined })).toBeUndefined();
  });

  test.each(['id', 'until', 'expiries'])('cannot be read: a lease without its %s', (field) => {
    const lease = { id: 'w1/1', until: '2026-01-15T12:00:00.000Z', expiries: 0 };
    const withLease = (each: object) => ({ ...toRecord(halfOpen()), leases: [each] });

    expect(fromRecord(withLease(lease))).toBeDefined();
    expect(fromRecord(withLease({ ...lease, [field]: undefined }))).toBeUndefined();
  });
});

describe('the circuit in place of an unreadable record', () => {
  const seenMs = 1_768_478_400_999;
  const substitute = (record: unknown) => unreadableCircuit(record, seenMs, BREAKER_DEFAULTS);

  test('is open for one cooldown', () => {
    expect(substitute('rubbish')).toEqual({
      state: 'OPEN',
      version: 1,
      epoch: 1_768_478_400,
      sinceMs: seenMs,
      writer: '',
      untilMs: seenMs + 60_000,
      opens: 1,
      evidence: { rule: 'unreadable', calls: 0, failures: 0 },
    });
  });

  test('continues from the version and the epoch that can still be read', () => {
    expect(substitute({ version: 7, epoch: 2_000_000_000 })).toMatchObject({
      version: 7,
      epoch: 2_000_000_000,
    });
    expect(substitute({ version: 0, epoch: 'x' })).toMatchObject({
      version: 1,
      epoch: 1_768_478_400,
    });
    expect(substitute({ version: -3 })).toMatchObject({ version: 1 });
  });
});

describe('the circuit of a worker without a store', () => {
  const nowMs = 1_768_478_500_000;

  test('is as it was last seen, unless it recovers', () => {
    expect(circuitWithoutStore(closed(), nowMs, BREAKER_DEFAULTS)).toEqual(closed());
  });

  test('is open for one cooldown in a later version and epoch if it recovers', () => {
    expect(circuitWithoutStore(halfOpen(), nowMs, BREAKER_DEFAULTS)).toEqual({
      state: 'OPEN',
      version: COMMON.version + 1,
      epoch: COMMON.epoch + 1,
      sinceMs: nowMs,
      writer: 'w1',
      untilMs: nowMs + 60_000,
      opens: 1,
      evidence: { rule: 'store-lost', calls: 0, failures: 0 },
    });
  });
});

function closed(): Circuit {
  return { state: 'CLOSED', ...COMMON, seededSuccesses: 10 };
}

function anOpen(): Circuit {
  return { state: 'OPEN', ...COMMON, opens: 2, untilMs: 1_768_478_460_001, evidence: EVIDENCE };
}

function halfOpen(): Circuit {
  return {
    state: 'HALF_OPEN',
    ...COMMON,
    opens: 1,
    stage: 0,
    succeeded: 0,
    leases: [],
    evidence: EVIDENCE,
  };
}

function aLease(i: number): Lease {
  return {
    id: `0b0e3d4c-7f1e-4c5f-9d57-3c6f4b0a1d2e/${i}`,
    untilMs: 1_768_478_475_000 + i,
    expiries: 0,
  };
}

test('a record with a lease that is null cannot be read', () => {
  expect(fromRecord({ ...toRecord(halfOpen()), leases: [null] })).toBeUndefined();
});
