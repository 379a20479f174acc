import { describe, expect, test } from '@jest/globals';
import { parseOverrideRequest } from '../../../lambda/contract/schemas/overrides.ts';

const NOW_MS = Date.parse('2026-11-23T12:00:00Z');
const DAY_MS = 86_400_000;

const parse = (body: object) =>
  parseOverrideRequest({ mode: 'force-open', reason: 'drill', ...body }, NOW_MS);

const untilOf = (body: object) => {
  const parsed = parse(body);
  return parsed.valid ? parsed.value.untilMs - NOW_MS : parsed.errors;
};

describe('the end of an override', () => {
  test('is the given time, in any time zone', () => {
    expect(untilOf({ expiresAt: '2026-11-23T14:00:00+01:00' })).toBe(3_600_000);
  });

  test('is the given number of seconds from now', () => {
    expect(untilOf({ expiresInSeconds: 0.5 })).toBe(500);
  });

  test('is one hour from now if none is given', () => {
    expect(untilOf({})).toBe(3_600_000);
  });

  test('may be 30 days from now', () => {
    expect(untilOf({ expiresInSeconds: 30 * 86_400 })).toBe(30 * DAY_MS);
    expect(untilOf({ expiresAt: new Date(NOW_MS + 30 * DAY_MS).toISOString() })).toBe(30 * DAY_MS);
  });
});

test('a reason is trimmed', () => {
  expect(parse({ reason: '  drill ' })).toMatchObject({ value: { reason: 'drill' } });
});

test.each([
  ['mode', { mode: 'closed' }],
  ['mode', { mode: undefined }],
  ['reason', { reason: undefined }],
  ['reason', { reason: '   ' }],
  ['reason', { reason: 'x'.repeat(257) }],
  ['reason', { reason: 'a drill\n[Worker] all is well' }],
  ['reason', { reason: 'a drill\u2028[Worker] all is well' }],
  ['reason', { reason: 'a drill\u001b[2K' }],
  ['reason', { reason: 'a drill\u009b2K' }],
  ['actor', { actor: 'somebody else' }],
  ['expiresAt', { expiresAt: '2026-11-23T11:59:59Z' }],
  ['expiresAt', { expiresAt: '2026-11-23T12:00:00Z' }],
  ['expiresAt', { expiresAt: new Date(NOW_MS + 30 * DAY_MS + 1).toISOString() }],
  ['expiresAt', { expiresAt: 'tomorrow' }],
  ['expiresAt', { expiresAt: 1_795_435_200 }],
  ['expiresInSeconds', { expiresInSeconds: 0 }],
  ['expiresInSeconds', { expiresInSeconds: -1 }],
  ['expiresInSeconds', { expiresInSeconds: 30 * 86_400 + 1 }],
  ['expiresInSeconds', { expiresInSeconds: 60, expiresAt: '2026-11-23T13:00:00Z' }],
])('a wrong %s is named: %j', (field, body) => {
  expect(parse(body)).toMatchObject({ valid: false, errors: [{ field }] });
});
