import { describe, expect, test } from '@jest/globals';
import { BREAKER_DEFAULTS } from '../../../lambda/contract/policy.ts';
import {
  type ConfigFailure,
  type ConfigFailures,
  withCheckClaimed,
  withFailure,
} from '../../../lambda/core/router/config-failures.ts';

const COOLDOWN_MS = BREAKER_DEFAULTS.cooldownSeconds * 1000;

/** Returns the record after these failures, the first at 1,000 ms and one each second. */
function recordAfter(...failures: readonly ConfigFailure[]): ConfigFailures | undefined {
  return failures.reduce<ConfigFailures | undefined>(
    (record, failure, i) => withFailure(record, failure, 1000 * (i + 1), BREAKER_DEFAULTS),
    undefined,
  );
}

const of = (jobId: string, reason = 'AccessDeniedException', servedAtMs?: number) => ({
  jobId,
  reason,
  servedAtMs,
});

describe('the record of configuration errors', () => {
  test('begins with the first one', () => {
    expect(recordAfter(of('a'))).toStrictEqual({
      failures: 1,
      jobs: ['a'],
      reason: 'AccessDeniedException',
      sinceMs: 1000,
    });
  });

  test('shows the last error, the first two jobs, and the time of the first error', () => {
    expect(
      recordAfter(of('a'), of('a'), of('b'), of('c', 'ResourceNotFoundException')),
    ).toMatchObject({
      failures: 4,
      jobs: ['a', 'b'],
      reason: 'ResourceNotFoundException',
      sinceMs: 1000,
    });
  });

  test.each([
    ['two errors of two jobs', [of('a'), of('b')], false],
    ['three errors of one job', [of('a'), of('a'), of('a')], false],
    ['three errors of two jobs', [of('a'), of('a'), of('b')], true],
  ])('disables the target: %s = %s', (_, failures, isDisabled) => {
    expect(recordAfter(...failures)?.disabled !== undefined).toBe(isDisabled);
  });

  test('gives a disabled target its first check one cooldown later', () => {
    expect(recordAfter(of('a'), of('b'), of('c'))?.disabled).toEqual({
      sinceMs: 3000,
      checkAtMs: 3000 + COOLDOWN_MS,
      checks: 0,
    });
  });

  test.each([
    ['starts again if the target has answered since the first error', 1001, 1, ['c'], 3000],
    ['goes on if the target answered no later than the first error', 1000, 3, ['a', 'b'], 1000],
  ])('%s', (_, servedAtMs, failures, jobs, sinceMs) => {
    const record = recordAfter(of('a'), of('b'), of('c', 'AccessDeniedException', servedAtMs));

    expect(record).toMatchObject({ failures, jobs, sinceMs });
  });
});

describe('a check', () => {
  const disabled = recordAfter(of('a'), of('b'), of('c'));
  const dueAtMs = 3000 + COOLDOWN_MS;

  test('cannot be claimed at a target that is not disabled', () => {
    expect(withCheckClaimed(undefined, dueAtMs, BREAKER_DEFAULTS)).toBeUndefined();
    expect(withCheckClaimed(recordAfter(of('a')), dueAtMs, BREAKER_DEFAULTS)).toBeUndefined();
  });

  test('cannot be claimed before it is due', () => {
    expect(withCheckClaimed(disabled, dueAtMs - 1, BREAKER_DEFAULTS)).toBeUndefined();
  });

  test('that is claimed puts off the next one by two cooldowns, and changes nothing else', () => {
    expect(withCheckClaimed(disabled, dueAtMs, BREAKER_DEFAULTS)).toEqual({
      ...disabled,
      disabled: { sinceMs: 3000, checkAtMs: dueAtMs + 2 * COOLDOWN_MS, checks: 1 },
    });
  });
});
