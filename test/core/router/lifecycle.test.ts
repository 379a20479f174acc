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
  test('without an end of life gives no finding', () => {
    expect(lifecycleOf(model(), NOW_MS)).toStrictEqual({ findings: [] });
  });

  test('shows the dates that the catalogue gives, and the days left to a tenth', () => {
    const legacyMs = NOW_MS - 100 * DAY_MS;

    expect(lifecycleOf({ ...model(61.26, 'LEGACY'), legacyMs }, NOW_MS)).toStrictEqual({
      findings: ['legacy'],
      legacyMs,
      endOfLifeMs: NOW_MS + 61.26 * DAY_MS,
      daysLeft: 61.3,
    });
  });

  test('with a distant end of life gives no finding but the days left', () => {
    expect(lifecycleOf(model(61), NOW_MS)).toMatchObject({ findings: [], daysLeft: 61 });
  });

  test('gives a finding from 60 days before its end of life, and another from then on', () => {
    expect(findings(60)).toEqual(['ends-soon']);
    expect(findings(0.1)).toEqual(['ends-soon']);
    expect(findings(0)).toEqual(['ended']);
    expect(findings(-10)).toEqual(['ended']);
  });

  test('gives a finding as soon as it is LEGACY, even without an end of life', () => {
    expect(findings(180, 'LEGACY')).toEqual(['legacy']);
    expect(findings(undefined, 'LEGACY')).toEqual(['legacy']);
    expect(findings(30, 'LEGACY')).toEqual(['legacy', 'ends-soon']);
  });

  test('gives a finding if its profile accepts no calls', () => {
    expect(lifecycleOf({ ...model(), isProfileActive: false }, NOW_MS).findings).toEqual([
      'inactive',
    ]);
  });

  test.each(['not-found', 'no-access'] as const)('gives the finding %s', (outcome) => {
    expect(lifecycleOf({ outcome }, NOW_MS)).toEqual({ findings: [outcome] });
  });
});
