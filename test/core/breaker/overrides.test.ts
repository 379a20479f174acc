import { describe, expect, test } from '@jest/globals';
import type { OverrideMode } from '../../../lambda/contract/words.ts';
import { scopesOfTarget } from '../../../lambda/core/breaker/override-scopes.ts';
import {
  effectiveOverride,
  forceOpenEndedMs,
  fromOverridesRecord,
  NO_OVERRIDES,
  type Override,
  toOverridesRecord,
  withOverride,
} from '../../../lambda/core/breaker/overrides.ts';

const SCOPES = scopesOfTarget('us-east-1/us.anthropic.claude-sonnet-4-6');

describe('the override in force', () => {
  test('is the stronger mode, whatever its scope', () => {
    const overrides = set(['region', 'force-closed'], ['target', 'observe']);
    expect(effectiveOverride(overrides, SCOPES, 0)?.mode).toBe('observe');

    const stronger = withOverride(overrides, scope('model'), anOverride('force-open'), 0);
    expect(effectiveOverride(stronger, SCOPES, 0)?.mode).toBe('force-open');
  });

  test('is the narrower scope on a tie', () => {
    const overrides = set(['region', 'observe'], ['target', 'observe']);

    expect(effectiveOverride(overrides, SCOPES, 0)?.reason).toBe('target/observe');
  });

  test('ends at its expiry', () => {
    const overrides = set(['target', 'force-open']);

    expect(effectiveOverride(overrides, SCOPES, 999)?.mode).toBe('force-open');
    expect(effectiveOverride(overrides, SCOPES, 1_000)).toBeUndefined();
  });
});

describe('the end of a force-open', () => {
  test('is its expiry, or the time when it was lifted or replaced before', () => {
    const overrides = set(['target', 'force-open']);
    expect(forceOpenEndedMs(overrides, SCOPES, 999)).toBe(0);
    expect(forceOpenEndedMs(overrides, SCOPES, 2_000)).toBe(1_000);

    const lifted = withOverride(overrides, scope('target'), undefined, 400);
    expect(forceOpenEndedMs(lifted, SCOPES, 2_000)).toBe(400);
    const replaced = withOverride(overrides, scope('target'), anOverride('observe'), 500);
    expect(forceOpenEndedMs(replaced, SCOPES, 2_000)).toBe(500);
  });

  test('is remembered when other overrides are set after it expired', () => {
    const expired = set(['target', 'force-open']);

    const later = withOverride(expired, 'region/eu-west-1', anOverride('observe'), 5_000);

    expect(forceOpenEndedMs(later, SCOPES, 6_000)).toBe(1_000);
  });

  test('is remembered for a week', () => {
    const dayMs = 86_400_000;
    const setAt = (nowMs: number) =>
      withOverride(set(['target', 'force-open']), 'region/eu-west-1', undefined, nowMs);

    expect(forceOpenEndedMs(setAt(6 * dayMs), SCOPES, 6 * dayMs)).toBe(1_000);
    expect(setAt(8 * dayMs).forceOpenEndedMs).toEqual({});
  });

  test('is not recorded if the override is only extended', () => {
    const extended = withOverride(
      set(['target', 'force-open']),
      scope('target'),
      { ...anOverride('force-open'), untilMs: 9_000 },
      500,
    );

    expect(forceOpenEndedMs(extended, SCOPES, 2_000)).toBe(0);
  });
});

describe('the record of overrides', () => {
  test('reads back what was written', () => {
    const overrides = withOverride(
      set(['target', 'force-open'], ['region', 'observe']),
      scope('target'),
      undefined,
      500,
    );

    expect(fromOverridesRecord(toOverridesRecord(overrides))).toEqual(overrides);
  });

  test('means no overrides if it is absent, and is unreadable if it has another form', () => {
    expect(fromOverridesRecord(undefined)).toBe(NO_OVERRIDES);
    expect(fromOverridesRecord({ version: 1, overrides: { a: {} } })).toBeUndefined();
    expect(
      fromOverridesRecord({ version: 1, overrides: { a: { mode: 'open' } }, forceOpenEnded: {} }),
    ).toBeUndefined();
  });
});

function set(...all: readonly (readonly ['target' | 'model' | 'region', OverrideMode])[]) {
  return all.reduce(
    (overrides, [name, mode]) =>
      withOverride(overrides, scope(name), anOverride(mode, `${name}/${mode}`), 0),
    NO_OVERRIDES,
  );
}

function scope(name: string): string {
  return SCOPES.find((known) => known.startsWith(`${name}/`)) ?? name;
}

function anOverride(mode: OverrideMode, reason = 'a test'): Override {
  return { mode, reason, actor: 'tester', sinceMs: 0, untilMs: 1_000 };
}
