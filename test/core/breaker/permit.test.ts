import { expect, test } from '@jest/globals';
import { probeResultOf } from '../../../lambda/core/breaker/permit.ts';
import { aPolicy } from '../../support/fleet.ts';

test('an ignored call of a recovery stays ignored, even if it was slow', () => {
  expect(probeResultOf({ kind: 'ignored' }, true, aPolicy())).toEqual({ kind: 'ignored' });
});

test('a failure of a kind that the policy ignores does not count for a recovery', () => {
  const policy = aPolicy({ ignoredKinds: ['quota-minute'] });
  const outcome = { kind: 'failure', failure: 'quota-minute' } as const;

  expect(probeResultOf(outcome, false, policy)).toEqual({ kind: 'ignored' });
});
