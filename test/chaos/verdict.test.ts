import { expect, test } from '@jest/globals';
import { type Evidence, judge } from './verdict.ts';

const NO_CRASHES = { workersKilled: 0, batchSize: 10, runsBroken: 0, runsLate: 0 };

/** One job that went well, in all that is looked at. */
function someEvidence(changes: Partial<Evidence> = {}): Evidence {
  return {
    accepted: ['a'],
    rows: [{ jobId: 'a', status: 'SUCCEEDED', claims: 1, claimToken: 't' }],
    objects: ['results/a/t'],
    calls: [
      { jobId: 'a', isPaid: false },
      { jobId: 'a', isPaid: true },
    ],
    ends: [{ id: 'a#1', jobId: 'a', at: 'noon' }],
    answers: [{ jobId: 'a', first: 'yes', last: 'yes' }],
    mixedUp: [],
    crashes: NO_CRASHES,
    ...changes,
  };
}

const row = someEvidence().rows[0] ?? { jobId: '', status: 'QUEUED' as const, claims: 0 };
const paid = { jobId: 'a', isPaid: true };
const crash = { ...NO_CRASHES, workersKilled: 1 };

test('finds no fault with a job that ended once and was told', () => {
  expect(judge(someEvidence()).faults).toEqual([]);
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
  ['answer of another job', { mixedUp: ['a'] }],
  ['more than one extra call a crash', { calls: [paid, paid], crashes: crash }],
  ['extra model calls', { rows: [{ ...row, claims: 2 }], calls: [paid, paid] }],
])('finds a job that is %s', (fault, changes) => {
  expect(judge(someEvidence(changes)).faults).toContainEqual(
    expect.stringMatching(new RegExp(`^${fault}: `)),
  );
});

test('an end that is told twice is no fault, and neither is one more call after a crash', () => {
  const { ends } = someEvidence();
  const rows = [{ ...row, claims: 2 }];

  const verdict = judge(
    someEvidence({ rows, ends: [...ends, ...ends], calls: [paid, paid], crashes: crash }),
  );

  expect(verdict.faults).toEqual([]);
  expect(verdict.figures['extra model calls']).toBe(1);
});
