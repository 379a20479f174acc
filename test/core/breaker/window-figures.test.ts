import { expect, test } from '@jest/globals';
import { recentCalls } from '../../../lambda/core/breaker/window-figures.ts';

const BUCKET = { startMs: 0, slow: 0, failures: {} };

test.each([
  ['no stream has succeeded', { success: 3 }],
  ['no success is final yet', { success: 2, provisional: 2, firstTokenMs: 100 }],
])('a window has no mean time to the first token if %s', (_, counts) => {
  expect(recentCalls('a/b', [{ ...BUCKET, ...counts }])).toStrictEqual({
    key: 'a/b',
    calls: counts.success,
    failures: {},
  });
});

test('the mean time to the first token is that of the final successes', () => {
  const buckets = [{ ...BUCKET, success: 3, provisional: 1, firstTokenMs: 500 }];

  expect(recentCalls('a/b', buckets)).toMatchObject({ calls: 3, meanFirstTokenMs: 250 });
});
