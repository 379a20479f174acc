import { expect, test } from '@jest/globals';
import { withRun } from '../../../lambda/core/jobs/attempts.ts';
import { anAttempt } from '../../support/job-builders.ts';

const call = (target: string) => anAttempt({ target, outcome: 'capacity' });
const skip = (target: string) => anAttempt({ target, outcome: 'skipped', reason: 'open' });

test('a history keeps all calls, but only the last run’s skips', () => {
  const first = withRun([], [call('a'), skip('b')]);
  const second = withRun(first, [skip('a'), skip('b')]);
  const third = withRun(second, [skip('a'), call('b')]);

  expect(second).toEqual([call('a'), skip('a'), skip('b')]);
  expect(third).toEqual([call('a'), skip('a'), call('b')]);
});

test('a history holds the latest twenty attempts', () => {
  const calls = Array.from({ length: 25 }, (_, i) => call(`${i}`));

  const history = calls.reduce((past, each) => withRun(past, [each]), withRun([], []));

  expect(history).toEqual(calls.slice(-20));
});
