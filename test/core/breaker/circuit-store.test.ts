import { expect, test } from '@jest/globals';
import { CircuitStoreError, mergedBuckets } from '../../../lambda/core/breaker/circuit-store.ts';

test('the parts of a bucket add up, and the buckets are in order of time', () => {
  const parts = [
    { startMs: 2, success: 1, slow: 1, failures: { fault: 1 }, provisional: 4, announced: 3 },
    { startMs: 1, success: 5, slow: 0, failures: {}, firstTokenMs: 7 },
    { startMs: 2, success: 2, slow: 1, failures: { fault: 1 }, provisional: 1, retryAfterMs: 9 },
  ];

  expect(mergedBuckets(parts)).toEqual([
    { startMs: 1, success: 5, slow: 0, failures: {}, firstTokenMs: 7 },
    {
      startMs: 2,
      success: 3,
      slow: 2,
      failures: { fault: 2 },
      provisional: 5,
      announced: 3,
      retryAfterMs: 9,
    },
  ]);
});

test('a count that adds up to nothing is left out of its bucket', () => {
  const part = { startMs: 0, success: 1, slow: 0, failures: {} };

  expect(
    mergedBuckets([
      { ...part, provisional: 4, announced: 3 },
      { ...part, provisional: -4, announced: -3 },
    ]),
  ).toEqual([{ ...part, success: 2 }]);
});

test('a store’s error has a name that logs and metrics show', () => {
  expect(new CircuitStoreError('lost', 'unknown').name).toBe('CircuitStoreError');
});
