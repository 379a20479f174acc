import { describe, expect, test } from '@jest/globals';
import { quotaKey } from '../../../lambda/contract/quotas.ts';
import type { Candidate } from '../../../lambda/core/router/candidates.ts';
import { patienceOf, turnsOf } from '../../../lambda/core/router/turns.ts';
import { EAST_HAIKU, EAST_SONNET, targetOf, WEST_SONNET } from '../../support/router-builders.ts';

function candidate(key: string, tier: string, patienceSeconds?: number): Candidate {
  const target = targetOf(key);
  return {
    key,
    target,
    chain: 'default',
    tier: { name: tier, targets: [target], maxTokens: 100, patienceSeconds },
    preferred: true,
    chainFamily: 'claude',
  };
}

const [EAST, WEST, HAIKU] = [
  candidate(EAST_SONNET, 'first'),
  candidate(WEST_SONNET, 'first'),
  candidate(EAST_HAIKU, 'second'),
];
const ALL = [EAST, WEST, HAIKU];

describe('the turns of a run', () => {
  const bookingOf = (key: string) => ({ key, tokens: 1, burndown: 5, atMs: 0 });

  test('are its tiers', () => {
    expect(turnsOf(ALL, undefined)).toEqual([[EAST, WEST], [HAIKU]]);
    expect(turnsOf(ALL, bookingOf('no such target'))).toEqual([[EAST, WEST], [HAIKU]]);
    expect(turnsOf([], undefined)).toEqual([]);
  });

  test('begin with the target whose quota is booked, which has no second turn', () => {
    expect(turnsOf(ALL, bookingOf(quotaKey(HAIKU.target)))).toEqual([[HAIKU], [EAST, WEST]]);
    expect(turnsOf(ALL, bookingOf(quotaKey(WEST.target)))).toEqual([[WEST], [EAST], [HAIKU]]);
  });
});

describe('the patience of a job', () => {
  const queued = { whenOpen: 'queue' } as const;
  const WINDOW = { windowSeconds: 6 };

  test.each([
    ['is that of the tier', 7, false, 90_000, 7_000],
    ['is a window after the last turn', 7, true, 90_000, 6_000],
    ['is no longer than the time that is left', 7, false, 5_000, 5_000],
    ['is not negative', 7, false, -1, 0],
  ])('%s', (_title, patienceSeconds, isLast, leftMs, expected) => {
    const patient = candidate(EAST_SONNET, 'first', patienceSeconds);

    expect(patienceOf(patient, isLast, queued, leftMs, WINDOW)).toBe(expected);
  });

  test('is none if the job does not wait', () => {
    const patient = candidate(EAST_SONNET, 'first', 7);

    expect(patienceOf(patient, true, { whenOpen: 'fail' }, 90_000, WINDOW)).toBe(0);
  });
});
