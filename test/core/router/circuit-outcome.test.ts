import { expect, test } from '@jest/globals';
import type { FailureKind } from '../../../lambda/contract/words.ts';
import { circuitOutcome } from '../../../lambda/core/router/circuit-outcome.ts';
import { aModelAnswer } from '../../support/model-answer.ts';

const answered = { outcome: 'answer', answer: aModelAnswer('Hi'), elapsedMs: 7 } as const;
const failed = (kind: FailureKind) =>
  ({ outcome: 'failure', failure: { kind, name: 'x', retryAfterMs: 9 }, elapsedMs: 7 }) as const;

test('an answer is a success of the target, unless it is of no use', () => {
  const success = { kind: 'success', elapsedMs: 7 };

  expect(circuitOutcome(answered, { usable: true, truncated: false })).toEqual(success);
  expect(circuitOutcome(answered, { usable: false, reason: 'cut' })).toEqual(success);
  expect(circuitOutcome(answered, { usable: false, reason: 'empty' })).toEqual({
    kind: 'failure',
    failure: 'model-error',
    elapsedMs: 7,
  });
});

test('a failure is the target’s, unless it is the job’s or the call was aborted', () => {
  expect(circuitOutcome(failed('capacity'))).toEqual({
    kind: 'failure',
    failure: 'capacity',
    elapsedMs: 7,
    retryAfterMs: 9,
  });
  expect(circuitOutcome(failed('job'))).toEqual({ kind: 'ignored' });
  expect(circuitOutcome({ outcome: 'aborted', elapsedMs: 7 })).toEqual({ kind: 'ignored' });
});
