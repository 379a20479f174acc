import { expect, test } from '@jest/globals';
import { checkPromises, type Evidence } from './findings.ts';

const NO_CRASHES = { workersKilled: 0, batchSize: 10, runsFailed: 0, runsLate: 0 };

/** Returns the evidence of one job for which every promise was kept. */
function someEvidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    accepted: ['a'],
    rows: [{ jobId: 'a', status: 'SUCCEEDED', claims: 1, claimToken: 't' }],
    objects: ['results/a/t'],
    calls: [
      { jobId: 'a', isPaid: false, endedAtMs: 1 },
      { jobId: 'a', isPaid: true, endedAtMs: 2 },
    ],
    ends: [{ id: 'a#1', jobId: 'a', at: 'noon' }],
    answers: [{ jobId: 'a', first: 'yes', last: 'yes' }],
    mismatched: [],
    cancelledAtMs: new Map(),
    cancelTakesMs: 3000,
    crashes: NO_CRASHES,
    ...changes,
  };
}

const row = someEvidence().rows[0] ?? { jobId: '', status: 'QUEUED' as const, claims: 0 };
const paid = { jobId: 'a', isPaid: true, endedAtMs: 2 };
const crash = { ...NO_CRASHES, workersKilled: 1 };

test('a job that ended once, with its event published, keeps all promises', () => {
  expect(checkPromises(someEvidence()).faults).toEqual([]);
});

test.each<[string, Partial<Evidence>]>([
  ['lost', { accepted: ['a', 'b'] }],
  ['accepted twice', { rows: [row, { ...row, jobId: 'a2', status: 'CANCELLED' }] }],
  ['not ended', { rows: [{ ...row, status: 'RUNNING' }], calls: [] }],
  ['without its result', { objects: ['results/a/other'] }],
  ['doubled results', { answers: [{ jobId: 'a', first: 'yes', last: 'no' }] }],
  ['doubled ends', { ends: ['noon', 'night'].map((at, i) => ({ id: `a#${i}`, jobId: 'a', at })) }],
  ['ends not published', { ends: [] }],
  ['ends not published', { rows: [{ ...row, dueAt: 1 }] }],
  ['answer of another job', { mismatched: ['a'] }],
  ['more than one extra call per crash', { calls: [paid, paid], crashes: crash }],
  ['extra model calls', { rows: [{ ...row, claims: 2 }], calls: [paid, paid] }],
  [
    'called long after the cancel',
    { calls: [{ ...paid, endedAtMs: 3002 }], cancelledAtMs: new Map([['a', 1]]) },
  ],
])('reports a broken promise: %s', (fault, changes) => {
  expect(checkPromises(someEvidence(changes)).faults).toContainEqual(
    expect.stringMatching(new RegExp(`^${fault}: `)),
  );
});

test('an event that is published twice breaks no promise, nor does one extra call after a crash', () => {
  const { ends } = someEvidence();
  const rows = [{ ...row, claims: 2 }];

  const findings = checkPromises(
    someEvidence({ rows, ends: [...ends, ...ends], calls: [paid, paid], crashes: crash }),
  );

  expect(findings.faults).toEqual([]);
  expect(findings.figures['extra model calls']).toBe(1);
});

test('a call that a cancel interrupts in time breaks no promise and is no extra call', () => {
  const findings = checkPromises(
    someEvidence({
      rows: [{ ...row, status: 'CANCELLED' }],
      objects: [],
      calls: [{ ...paid, endedAtMs: 3001 }],
      cancelledAtMs: new Map([['a', 1]]),
    }),
  );

  expect(findings.faults).toEqual([]);
  expect(findings.figures['extra model calls']).toBe(0);
});
