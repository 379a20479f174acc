import { describe, expect, test } from '@jest/globals';
import type { OverrideMode } from '../../../lambda/contract/words.ts';
import { scopesOfTarget } from '../../../lambda/core/breaker/override-scopes.ts';
import {
  concerns,
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

  test('means no overrides if it is absent', () => {
    expect(fromOverridesRecord(undefined)).toBe(NO_OVERRIDES);
    expect(NO_OVERRIDES.entries).toEqual({});
  });

  const at = '2026-01-15T12:00:00.000Z';
  const entry = { mode: 'observe', reason: 'r', actor: 'a', since: at, until: at };
  const record = { version: 1, overrides: { a: entry }, forceOpenEnded: { b: at } };

  test.each<[string, unknown]>([
    ['it is no object', 7],
    ['it has no version', { ...record, version: undefined }],
    ['it has no overrides', { ...record, overrides: undefined }],
    ['it has no ends', { ...record, forceOpenEnded: undefined }],
    ['an end has no time', { ...record, forceOpenEnded: { b: at, c: 'soon' } }],
    ['an override is no object', { ...record, overrides: { a: entry, b: 7 } }],
    ...['mode', 'reason', 'actor', 'since', 'until'].map((field): [string, unknown] => [
      `an override has no ${field}`,
      { ...record, overrides: { a: { ...entry, [field]: 7 } } },
    ]),
  ])('is unreadable if %s', (_, unreadable) => {
    expect(fromOverridesRecord(record)?.version).toBe(1);
    expect(fromOverridesRecord(unreadable)).toBeUndefined();
  });
});

describe('a change of the overrides', () => {
  test('drops what has expired, and remembers only the ends of force-opens', () => {
    const before = set(['target', 'force-open'], ['region', 'observe']);

    const after = withOverride(before, scope('model'), anOverride('force-closed'), 1_000);

    expect(Object.keys(after.entries)).toEqual([scope('model')]);
    expect(after.forceOpenEndedMs).toEqual({ [scope('target')]: 1_000 });
  });

  test('keeps the ends of earlier force-opens', () => {
    const ended = withOverride(set(['target', 'force-open']), scope('target'), undefined, 400);

    const later = withOverride(ended, scope('region'), anOverride('observe'), 500);

    expect(later.forceOpenEndedMs).toEqual({ [scope('target')]: 400 });
  });

  test('forgets an end after exactly a week', () => {
    const ended = withOverride(set(['target', 'force-open']), scope('target'), undefined, 400);
    const weekMs = 7 * 86_400_000;
    const endsAt = (nowMs: number) =>
      withOverride(ended, scope('region'), undefined, nowMs).forceOpenEndedMs;

    expect(endsAt(400 + weekMs - 1)).toEqual({ [scope('target')]: 400 });
    expect(endsAt(400 + weekMs)).toEqual({});
  });

  test.each([
    ['an override', set(['target', 'observe']), true],
    [
      'an earlier force-open',
      withOverride(set(['target', 'force-open']), scope('target'), undefined, 400),
      true,
    ],
    ['neither', set(), false],
  ])('concerns the circuits of a scope with %s', (_, overrides, expected) => {
    expect(concerns(overrides, SCOPES)).toBe(expected);
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

test('a record with an override that is no object cannot be read', () => {
  const record = { version: 1, overrides: { 'region/us-east-1': null }, forceOpenEnded: {} };

  expect(fromOverridesRecord(record)).toBeUndefined();
});
