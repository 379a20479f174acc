import { describe, expect, test } from '@jest/globals';
import { classifyByStatus, outcomeOf } from '../../../lambda/core/breaker/classify.ts';

describe('the classification of an error by its status', () => {
  test.each([
    ['70. 408', { status: 408 }, 'timeout'],
    ['70. 424', { status: 424 }, 'model-error'],
    ['70. 400', { status: 400 }, 'ignored'],
    ['403', { status: 403 }, 'ignored'],
    ['404', { statusCode: 404 }, 'ignored'],
    ['429', { $metadata: { httpStatusCode: 429 } }, 'quota-minute'],
    ['500', { response: { status: 500 } }, 'fault'],
    ['503', { status: 503 }, 'capacity'],
    ['an abort', { name: 'AbortError' }, 'ignored'],
    ['a timeout', { name: 'TimeoutError' }, 'timeout'],
    ['a reset', { code: 'ECONNRESET' }, 'network'],
    ['a code that only contains that of a reset', { code: 'NO_ECONNRESET' }, 'fault'],
    ['14. an unknown shape', { odd: true }, 'fault'],
    ['14. no object at all', undefined, 'fault'],
  ])('%s', (_what, error, expected) => {
    expect(classifyByStatus(error)).toBe(expected);
  });
});

test.each([
  ['ignored', { kind: 'ignored' }],
  ['fault', { kind: 'failure', failure: 'fault' }],
  [
    { failure: 'capacity', retryAfterMs: 5 },
    { kind: 'failure', failure: 'capacity', retryAfterMs: 5 },
  ],
] as const)('the class %j is the outcome %j', (classification, outcome) => {
  expect(outcomeOf(classification)).toEqual(outcome);
});
