import { expect, test } from '@jest/globals';
import { costOf, type Usage } from './report.ts';

const USAGE: Usage = {
  answerSeconds: 4,
  batch: 10,
  polls: 2,
  waitSeconds: 0,
  readsOfPoll: 1,
  deferrals: 0,
  writes: 3,
  indexWrites: 7,
  bucketWrites: 0,
};

/** Returns the dollars for a million jobs, rounded to cents. */
function dollarsOf(usage: Partial<Usage>, service?: string): number {
  const lines = costOf({ ...USAGE, ...usage });
  const counted = lines.filter((line) => service === undefined || line.service === service);
  const sum = counted.reduce((total, { dollars }) => total + dollars, 0);
  return Math.round(sum * 100_000_000) / 100;
}

test('the worker’s share of an answer is ten times as expensive alone as in a batch of ten', () => {
  const alone = dollarsOf({ answerSeconds: 10, batch: 1 }, 'Lambda, worker');
  const inBatch = dollarsOf({ answerSeconds: 10, batch: 10 }, 'Lambda, worker');

  expect(alone).toBeCloseTo(68.87);
  expect(inBatch).toBeCloseTo(6.89);
});

test('the worker’s cost grows with the slowest answer of a batch', () => {
  const dollars = [10, 60].map((answerSeconds) => dollarsOf({ answerSeconds }, 'Lambda, worker'));

  // 5 s more for each of ten jobs, in 0.5 GB.
  expect((dollars[1] ?? 0) - (dollars[0] ?? 0)).toBeCloseTo(5 * 0.5 * 13.3334);
});

test('a wait of 4 s costs $26.67 more than a request that returns at once', () => {
  const [poll, wait] = [0, 4].map((waitSeconds) =>
    dollarsOf({ polls: 1, waitSeconds }, 'Lambda, status'),
  );

  expect((wait ?? 0) - (poll ?? 0)).toBeCloseTo(26.67);
});

test('one request that waits for the answer costs more than two that do not wait', () => {
  const waiting = dollarsOf({ polls: 1, waitSeconds: 4, readsOfPoll: 9 });

  expect(waiting).toBeGreaterThan(dollarsOf({ polls: 2 }) + 20);
});

test('a write for each hold and each settlement of a quota costs $1.25', () => {
  expect(dollarsOf({ bucketWrites: 2 }) - dollarsOf({})).toBeCloseTo(1.25);
});
