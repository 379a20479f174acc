import { describe, expect, test } from '@jest/globals';
import { lifecycleOf } from '../../../lambda/core/router/lifecycle.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;

const model = (daysLeft?: number, status: 'ACTIVE' | 'LEGACY' = 'ACTIVE') => ({
  outcome: 'found' as const,
  status,
  isProfileActive: true,
  ...(daysLeft !== undefined && { endOfLifeMs: NOW_MS + daysLeft * DAY_MS }),
});
const findings = (...given: Parameters<typeof model>) =>
  lifecycleOf(model(...given), NOW_MS).findings;

describe('a model', () => {
  test('without an end is no finding', () => {
    expect(lifecycleOf(model(), NOW_MS)).toEqual({ findings: [] });
  });

  test('with an end far away is no finding, and says how far', () => {
    expect(lifecycleOf(model(61), NOW_MS)).toMatchObject({ findings: [], daysLeft: 61 });
  });

  test('is one from 60 days before its end, and another from its end on', () => {
    expect(findings(60)).toEqual(['ends-soon']);
    expect(findings(0.1)).toEqual(['ends-soon']);
    expect(findings(0)).toEqual(['ended']);
    expect(findings(-10)).toEqual(['ended']);
  });

  test('is one as soon as it is LEGACY, however far its end is or if none is set', () => {
    expect(findings(180, 'LEGACY')).toEqual(['legacy']);
    expect(findings(undefined, 'LEGACY')).toEqual(['legacy']);
    expect(findings(30, 'LEGACY')).toEqual(['legacy', 'ends-soon']);
  });

  test('is one when its profile takes no calls', () => {
    expect(lifecycleOf({ ...model(), isProfileActive: false }, NOW_MS).findings).toEqual([
      'inactive',
    ]);
  });

  test.each(['not-found', 'no-access'] as const)('is one that is %s', (outcome) => {
    expect(lifecycleOf({ outcome }, NOW_MS)).toEqual({ findings: [outcome] });
  });
});
