import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { targetsOf } from '../../lambda/contract/chains.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';
import {
  bookingValidMs,
  brokenTargetRules,
  brokenTimeRules,
  countTokensMs,
  firstTokenLimitMs,
  jobLeaseMs,
  LONGEST_ANSWER_SECONDS,
  leaseRenewalMs,
  longestBookingMs,
  marginMs,
  permitLeaseMs,
  shortestCallMs,
  timeForACallMs,
  visibilitySeconds,
  workerTimeoutSeconds,
} from '../../lambda/contract/time-budget.ts';
import { faultsOf } from '../support/settings-faults.ts';

const LAMBDA_MAXIMUM_SECONDS = 900;
const SQS_MAXIMUM_VISIBILITY_SECONDS = 12 * 3600;
/** The time in which a fresh worker starts and reads a prompt. */
const START_MS = 15_000;
/** Limits are rounded to milliseconds. */
const ROUNDING_MS = 1;

interface Times {
  readonly firstTokenSeconds: number;
  readonly stallSeconds: number;
  readonly answerSeconds: number;
  readonly deadlineSeconds: number;
  readonly windowSeconds: number;
  /** The target's own limit for the first token. */
  readonly targetSeconds: number;
}

function settingsOf({
  targetSeconds,
  answerSeconds,
  deadlineSeconds,
  ...breaker
}: Times): Settings {
  const { windowSeconds } = breaker;
  const modelId = 'amazon.nova-lite-v1:0';
  const target = { region: 'us-east-1', modelId, firstTokenSeconds: targetSeconds };
  return parseSettings(
    {
      tiers: [{ name: 'only', targets: [target], maxTokens: 512 }],
      breaker: { ...breaker, cooldownSeconds: windowSeconds, cooldownMaxSeconds: windowSeconds },
      jobs: { answerSeconds, deadlineSeconds },
    },
    'generated settings',
  );
}

/** Returns a number from 0 to 1. The least and the greatest are drawn often. */
const share = fc.double({ min: 0, max: 1, noNaN: true });

function between(least: number, most: number, where: number): number {
  return least + where * (most - least);
}

/** All settings that are valid, from times of hundredths of a second to the longest answer. */
const validSettings = fc
  .tuple(share, share, share, share, share, share)
  .map(([first, stall, answer, target, window, deadline]): Times => {
    const firstTokenSeconds = between(0.01, 400, first);
    const stallSeconds = between(0.01, 400, stall);
    const shortestAnswer = firstTokenSeconds + stallSeconds;
    const answerSeconds = between(shortestAnswer, LONGEST_ANSWER_SECONDS, answer);
    const windowSeconds = between(firstTokenSeconds, 800, window);
    // The tiny difference makes up for the rounding of the sums.
    const longestFirstToken = Math.min(windowSeconds, answerSeconds - stallSeconds) - 1e-6;
    const breaker = { firstTokenSeconds, stallSeconds };
    const shortestDeadline = shortestCallMs(breaker, { answerSeconds }) / 1000;
    return {
      ...breaker,
      answerSeconds,
      targetSeconds: between(0.01, longestFirstToken, target),
      windowSeconds,
      deadlineSeconds: between(shortestDeadline, 86_400, deadline),
    };
  })
  .map(settingsOf);

/** Checks the inequality for all valid settings. */
function always(inequality: (settings: Settings) => void): void {
  fc.assert(fc.property(validSettings, inequality), { numRuns: 300 });
}

describe('with all valid settings', () => {
  test('the worker’s timeout is one that Lambda allows', () => {
    always(({ jobs }) => {
      expect(workerTimeoutSeconds(jobs)).toBeLessThanOrEqual(LAMBDA_MAXIMUM_SECONDS);
      expect(Number.isInteger(workerTimeoutSeconds(jobs))).toBe(true);
    });
  });

  test('the longest answer and its margin fit into the worker’s timeout, after a slow start', () => {
    always(({ jobs }) => {
      const leftMs = workerTimeoutSeconds(jobs) * 1000 - START_MS;
      expect(jobs.answerSeconds * 1000 + marginMs(jobs)).toBe(timeForACallMs(jobs));
      expect(timeForACallMs(jobs)).toBeLessThanOrEqual(leftMs);
    });
  });

  test('SQS hides a message for six times the worker’s timeout', () => {
    always(({ jobs }) => {
      expect(visibilitySeconds(jobs)).toBeGreaterThanOrEqual(6 * workerTimeoutSeconds(jobs));
      expect(visibilitySeconds(jobs)).toBeLessThanOrEqual(SQS_MAXIMUM_VISIBILITY_SECONDS);
    });
  });

  test('a job’s lease outlives two renewals that fail and a stall', () => {
    always(({ breaker }) => {
      const stallMs = breaker.stallSeconds * 1000;
      expect(jobLeaseMs(breaker)).toBeGreaterThan(2 * leaseRenewalMs(breaker) + stallMs);
    });
  });

  test('a permit’s lease outlives the first token and a stall', () => {
    always(({ breaker, chains }) => {
      for (const target of targetsOf({ chains })) {
        const settledMs = firstTokenLimitMs(breaker, target, 0) + breaker.stallSeconds * 1000;
        expect(permitLeaseMs(settledMs)).toBeGreaterThan(settledMs);
      }
    });
  });

  test('a permit’s lease outlives a call without a stream', () => {
    always(({ jobs: { answerSeconds } }) => {
      expect(permitLeaseMs(answerSeconds * 1000)).toBeGreaterThan(answerSeconds * 1000);
    });
  });

  test('a job that may start a call by its deadline may also start it in a fresh worker', () => {
    always(({ breaker, jobs }) => {
      expect(shortestCallMs(breaker, jobs)).toBeLessThanOrEqual(timeForACallMs(jobs) + ROUNDING_MS);
    });
  });

  test('a job has time for a call before its deadline', () => {
    always(({ breaker, jobs }) => {
      const neededMs = shortestCallMs(breaker, jobs);
      expect(jobs.deadlineSeconds * 1000).toBeGreaterThanOrEqual(neededMs - ROUNDING_MS);
    });
  });

  test('the margin after a call is shorter than the answer and longer than a count of tokens', () => {
    always(({ jobs }) => {
      expect(marginMs(jobs)).toBeLessThan(jobs.answerSeconds * 1000);
      expect(marginMs(jobs)).toBeGreaterThan(countTokensMs(jobs));
    });
  });

  test('the failures of calls without a first token stay in the window until the next ones', () => {
    always(({ breaker, chains }) => {
      for (const target of targetsOf({ chains })) {
        const limitMs = firstTokenLimitMs(breaker, target, 0);
        expect(limitMs).toBeLessThanOrEqual(breaker.windowSeconds * 1000 + ROUNDING_MS);
      }
    });
  });

  test('times that are divided by ten divide the leases by ten, so a test can run in seconds', () => {
    always(({ breaker: { firstTokenSeconds, stallSeconds } }) => {
      const slow = { firstTokenSeconds, stallSeconds };
      const fast = { firstTokenSeconds: firstTokenSeconds / 10, stallSeconds: stallSeconds / 10 };
      expect(jobLeaseMs(fast)).toBeCloseTo(jobLeaseMs(slow) / 10);
      expect(leaseRenewalMs(fast)).toBeCloseTo(leaseRenewalMs(slow) / 10);
    });
  });

  test('quota is booked for a window, but at most for a minute, and is valid for a burst', () => {
    expect(longestBookingMs({ windowSeconds: 6 })).toBe(6_000);
    expect(longestBookingMs({ windowSeconds: 3_600 })).toBe(60_000);
    expect(bookingValidMs({ burstSeconds: 3 })).toBe(3_000);
  });
});

describe('the limit for the first token', () => {
  const breaker = { firstTokenSeconds: 30 };

  test.each([
    [0, 30_000],
    [100_000, 60_000],
    [250_000, 105_000],
  ])('of a prompt of %d tokens is %d ms', (tokens, limitMs) => {
    expect(firstTokenLimitMs(breaker, {}, tokens)).toBe(limitMs);
  });

  test('is the target’s own, where it has one', () => {
    expect(firstTokenLimitMs(breaker, { firstTokenSeconds: 45 }, 100_000)).toBe(90_000);
  });
});

describe('times that cannot hold together', () => {
  const breaker = { firstTokenSeconds: 30, stallSeconds: 20, windowSeconds: 60 };
  const jobs = { answerSeconds: 600, deadlineSeconds: 86_400 };

  function brokenFields(times: Partial<Times>): readonly string[] {
    const { targetSeconds, ...others } = times;
    const given = { ...breaker, ...jobs, ...others };
    const target = { firstTokenSeconds: targetSeconds };
    const all = { breaker: given, jobs: given } as unknown as Settings;
    const rules = [...brokenTimeRules(all), ...brokenTargetRules(target, all)];
    return rules.map(({ path }) => path.join('.'));
  }

  test.each<[Partial<Times>, Partial<Times>, string]>([
    [{ answerSeconds: 870 }, { answerSeconds: 870.01 }, 'jobs.answerSeconds'],
    [{ answerSeconds: 50 }, { answerSeconds: 49.99 }, 'jobs.answerSeconds'],
    [{ deadlineSeconds: 65 }, { deadlineSeconds: 64.99 }, 'jobs.deadlineSeconds'],
    [{ targetSeconds: 60 }, { targetSeconds: 60.01 }, 'firstTokenSeconds'],
    [
      { targetSeconds: 40, answerSeconds: 60 },
      { targetSeconds: 40.01, answerSeconds: 60 },
      'firstTokenSeconds',
    ],
  ])('start just beyond %j', (allowed, refused, field) => {
    expect(brokenFields(allowed)).toEqual([]);
    expect(brokenFields(refused)).toEqual([field]);
  });

  test('do not include a lease shorter than a stall, because no setting holds a lease: it is derived from the stall', () => {
    const target = { region: 'us-east-1', modelId: 'amazon.nova-lite-v1:0' };
    const tiers = [{ name: 'only', targets: [target], maxTokens: 512 }];
    const faults = (input: object) => faultsOf(() => parseSettings({ tiers, ...input }, 'a test'));

    expect(faults({ breaker: { leaseSeconds: 1 } })).toEqual([
      'breaker.leaseSeconds: no such setting',
    ]);
    expect(faults({ jobs: { leaseSeconds: 1 } })).toEqual(['jobs.leaseSeconds: no such setting']);
    always(({ breaker: { stallSeconds, firstTokenSeconds } }) => {
      expect(jobLeaseMs({ stallSeconds, firstTokenSeconds })).toBeGreaterThan(stallSeconds * 1000);
    });
  });
});
