import { describe, expect, test } from '@jest/globals';
import { shortestCallMs } from '../../../lambda/contract/time-budget.ts';
import {
  earliestRetryAt,
  nextAttemptAt,
  type RunWithoutAnswer,
} from '../../../lambda/core/jobs/retry-time.ts';
import { aJob, START } from '../../support/job-builders.ts';
import { someSettings } from '../../support/settings.ts';

const settings = someSettings();
const SECOND = 1000;
const MINUTE = 60 * SECOND;

/** Returns a run that ended at `START` and whose only target is skipped until `untilMs`. */
function skippedUntil(untilMs: number): RunWithoutAnswer {
  return { job: aJob(), unserved: [{ outcome: 'skipped', untilMs }], endedAt: START };
}

describe('a deferred job is retried', () => {
  test('at the time that comes from its targets, plus up to half a cooldown of jitter', () => {
    const until = START + 40 * SECOND;

    expect(nextAttemptAt(skippedUntil(until), settings, () => 0)).toBe(until);
    expect(nextAttemptAt(skippedUntil(until), settings, () => 0.5)).toBe(until + 15 * SECOND);
  });

  test('within half a cooldown, and no second gets twice its share of a backlog of 10,000', () => {
    let draw = 0;
    const random = () => (draw++ % 10_000) / 10_000;
    const seconds = new Map<number, number>();

    for (let i = 0; i < 10_000; i++) {
      const second = Math.floor(nextAttemptAt(skippedUntil(START), settings, random) / SECOND);
      seconds.set(second, (seconds.get(second) ?? 0) + 1);
    }

    expect(seconds.size).toBeGreaterThanOrEqual(30);
    expect(Math.max(...seconds.values())).toBeLessThan((2 * 10_000) / 30);
  });

  test('within 15 minutes, the longest delay of SQS, and is then deferred again if necessary', () => {
    const inFourHours = START + 240 * MINUTE;

    expect(nextAttemptAt(skippedUntil(inFourHours), settings, () => 0)).toBe(START + 14.5 * MINUTE);
    expect(nextAttemptAt(skippedUntil(inFourHours), settings, () => 0.999)).toBeLessThanOrEqual(
      START + 15 * MINUTE,
    );
  });

  test('at the very time that its quota is booked for', () => {
    const untilMs = START + 30 * SECOND;
    const run: RunWithoutAnswer = {
      job: aJob(),
      unserved: [{ outcome: 'booked', untilMs }],
      endedAt: START,
    };

    expect(nextAttemptAt(run, settings, () => 0.5)).toBe(untilMs);
  });

  test.each([
    [0, 30],
    [2, 2 * 60],
    [9, 7.5 * 60],
  ])('after %d deferrals, %d s after its quota is free, in the middle', (deferrals, seconds) => {
    const run: RunWithoutAnswer = {
      job: { ...aJob(), deferrals },
      unserved: [{ outcome: 'full', untilMs: START + SECOND }],
      endedAt: START,
    };

    expect(nextAttemptAt(run, settings, () => 0)).toBe(START + SECOND);
    expect(nextAttemptAt(run, settings, () => 0.5)).toBe(START + SECOND + seconds * SECOND);
  });

  test('after its quota is free, spread over a window if that is shorter than a minute', () => {
    const breaker = { windowSeconds: 6, firstTokenSeconds: 3 };
    const unserved = [{ outcome: 'full' as const, untilMs: START + SECOND }];
    const run = { job: aJob(), unserved, endedAt: START };

    const atMs = nextAttemptAt(run, someSettings({ breaker }), () => 0.5);

    expect(atMs).toBe(START + 4 * SECOND);
  });

  test('within 15 minutes even if the cooldown takes hours', () => {
    const slow = someSettings({ breaker: { cooldownSeconds: 7200, cooldownMaxSeconds: 7200 } });

    const latest = nextAttemptAt(skippedUntil(START + 240 * MINUTE), slow, () => 0.999);

    expect(latest).toBeLessThanOrEqual(START + 15 * MINUTE);
  });

  test('no earlier than the wait that a failed target asked for, which counts from its failure', () => {
    const failed = {
      outcome: 'failed',
      atMs: START - 5 * SECOND,
      retryAfterMs: 65 * SECOND,
    } as const;
    const run = { job: aJob(), unserved: [failed], endedAt: START };

    expect(earliestRetryAt(run, settings, () => 0.4)).toBe(START + 60 * SECOND);
    // Other jobs heard the same from the target, so the time gets jitter: 40 % of half a cooldown.
    expect(nextAttemptAt(run, settings, () => 0.4)).toBe(START + 72 * SECOND);
  });

  test('after its own back-off if the wait that its target asked for is no longer', () => {
    const failed = { outcome: 'failed', atMs: START, retryAfterMs: 7 * SECOND } as const;
    const run = { job: aJob(), unserved: [failed], endedAt: START };

    expect(nextAttemptAt(run, settings, () => 0.4)).toBe(START + 7 * SECOND);
  });

  test('when the first of its targets may be called again', () => {
    const unserved = [40, 20, 60].map((s) => ({
      outcome: 'skipped' as const,
      untilMs: START + s * SECOND,
    }));

    expect(earliestRetryAt({ job: aJob(), unserved, endedAt: START }, settings, () => 0)).toBe(
      START + 20 * SECOND,
    );
  });

  test.each([
    ['while a call fits before its deadline', 0, START + 70 * SECOND],
    ['only at its deadline, to expire, once no call fits', -1, undefined],
  ])('%s', (_, leftMs, retriedAt) => {
    const deadlineAt = START + shortestCallMs(settings.breaker, settings.jobs) + leftMs;
    const run = { ...skippedUntil(START + 40 * SECOND), job: aJob({ deadlineAt }) };

    expect(nextAttemptAt(run, settings, () => 1)).toBe(retriedAt ?? deadlineAt);
  });

  test('after the back-off of a failed run, without more jitter', () => {
    const run: RunWithoutAnswer = {
      job: aJob(),
      unserved: [{ outcome: 'failed', atMs: START }],
      endedAt: START,
    };

    expect(nextAttemptAt(run, settings, () => 0.4)).toBe(START + 7 * SECOND);
  });

  test.each([
    [1, 20],
    [3, 80],
    [7, 900],
    [40, 900],
  ])(
    'after %i failed runs in a row, at most %i s later, and at least half of that',
    (failedRuns, s) => {
      const job = aJob({ failedRuns });
      const run = { job, unserved: [], endedAt: START };

      expect(earliestRetryAt(run, settings, () => 0)).toBe(START + (s * SECOND) / 2);
      expect(earliestRetryAt(run, settings, () => 1)).toBe(START + s * SECOND);
    },
  );

  test('by one draw for the whole run, because the soonest of several would undo the back-off', () => {
    let draws = 0;
    const random = () => ++draws / 10;
    const failed = { outcome: 'failed' as const, atMs: START };
    const run = { job: aJob(), unserved: [failed, failed, failed], endedAt: START };

    earliestRetryAt(run, settings, random);

    expect(draws).toBe(1);
  });

  test('at once, plus jitter, if the time has passed', () => {
    expect(nextAttemptAt(skippedUntil(START - MINUTE), settings, () => 0)).toBe(START);
    expect(nextAttemptAt(skippedUntil(START - MINUTE), settings, () => 0.1)).toBe(
      START + 3 * SECOND,
    );
  });
});
