import { describe, expect, test } from '@jest/globals';
import type { WindowCounts } from '../../../lambda/core/breaker/circuit-store.ts';
import { timingOf } from '../../../lambda/core/breaker/timing.ts';
import {
  seeded,
  tripOf,
  withoutVoidAnnouncements,
} from '../../../lambda/core/breaker/trip-rules.ts';
import { seededRandom } from '../../../local/bedrock/seeded-random.ts';
import { aPolicy } from '../../support/fleet.ts';

const OFF = Number.POSITIVE_INFINITY;
const EXCESS_AT_5 = aPolicy({ minimumCalls: OFF, excessFailures: 5 });

describe('excess rule', () => {
  test('67. after 1,000 successes, five failures trip and four do not', () => {
    expect(tripOf(outcomes(`${HEALTHY}FFFF`), EXCESS_AT_5)).toBeUndefined();

    expect(tripOf(outcomes(`${HEALTHY}FFFFF`), EXCESS_AT_5)?.evidence).toMatchObject({
      rule: 'excess',
      excess: 5,
    });
  });

  test('67. a success takes back r / (1 − r) failures', () => {
    const policy = aPolicy({ minimumCalls: OFF, excessFailures: 4.57 });
    expect(tripOf(outcomes('FFFSFF'), policy)?.evidence.excess).toBeCloseTo(4.57, 2);
    expect(tripOf(outcomes('FFFSFF'), EXCESS_AT_5)).toBeUndefined();

    expect(tripOf(outcomes('FFFSFFF'), EXCESS_AT_5)?.evidence.rule).toBe('excess');
  });

  test('67. a steady rate below the threshold never trips', () => {
    const steady = 'SSSF'.repeat(100);

    for (let calls = 1; calls <= steady.length; calls++) {
      expect(tripOf(outcomes(steady.slice(0, calls)), EXCESS_AT_5)).toBeUndefined();
    }
  });

  test('67. 60 % failures trip within 40 calls in at least 99 % of 1,000 seeds', () => {
    const seeds = Array.from({ length: 1_000 }, (_, seed) => seed);

    const inTime = seeds.filter((seed) => callsToTrip(seed, 0.6, 40, EXCESS_AT_5) !== undefined);

    expect(inTime.length).toBeGreaterThanOrEqual(990);
  });

  test('67. at its default, 10 % failures do not trip in 36,000 calls on 20 seeds', () => {
    const policy = aPolicy({ minimumCalls: OFF, excessFailures: 10 });

    for (let seed = 0; seed < 20; seed++) {
      expect(callsToTrip(seed, 0.1, 36_000, policy)).toBeUndefined();
    }
  });

  test('67. needs at least 1 % of the calls', () => {
    const policy = aPolicy({ minimumCalls: OFF, excessFailures: 10 });
    const calm = { ...NOTHING, success: 4_260 - 43 };

    expect(tripOf([calm, { ...NOTHING, failures: { fault: 42 } }], policy)).toBeUndefined();
    expect(tripOf([calm, { ...NOTHING, failures: { fault: 43 } }], policy)?.evidence.calls).toBe(
      4_260,
    );
  });
});

describe('dry rule', () => {
  const policy = aPolicy({ minimumCalls: OFF, consecutiveFailures: 5 });

  test('68. five failures without a success trip', () => {
    expect(tripOf(outcomes('FFFF'), policy)).toBeUndefined();
    expect(tripOf(outcomes('FFFFF'), policy)?.evidence.rule).toBe('dry');
  });

  test('68. one success prevents a trip', () => {
    expect(tripOf(outcomes('FSFFFF'), policy)).toBeUndefined();
  });
});

describe('failures that may be the caller’s own doing', () => {
  const policy = aPolicy({ excessFailures: 5, consecutiveFailures: 5 });

  test.each(['model-error', 'config'] as const)(
    '70, 85. of the kind %s count for the rate rule',
    (kind) => {
      const half = [{ ...NOTHING, success: 10, failures: { [kind]: 10 } }];

      expect(tripOf(half, policy)?.evidence).toMatchObject({
        rule: 'rate',
        failure: kind,
        failures: 10,
      });
    },
  );

  test.each(['model-error', 'config'] as const)(
    '70, 85. of the kind %s never count for the excess and dry rules',
    (kind) => {
      expect(tripOf([{ ...NOTHING, failures: { [kind]: 19 } }], policy)).toBeUndefined();
    },
  );

  test('85. are left out of the failures that open a dry circuit', () => {
    const few = [{ ...NOTHING, failures: { 'model-error': 10, fault: 4 } }];
    const enough = [{ ...NOTHING, failures: { 'model-error': 10, fault: 5 } }];

    expect(tripOf(few, { ...policy, excessFailures: 6 })).toBeUndefined();
    expect(tripOf(enough, { ...policy, excessFailures: 6 })?.evidence.rule).toBe('dry');
  });
});

describe('announced calls', () => {
  test('88. are never fewer than none, although an announcement leaves the window before it is taken back', () => {
    const atThreshold = [{ ...NOTHING, success: 14, failures: { fault: 6 }, announced: -5 }];

    expect(tripOf(atThreshold, aPolicy())).toBeUndefined();
  });

  const policy = aPolicy({ excessFailures: 10, consecutiveFailures: 5, minimumCalls: 20 });
  const failing = (failures: number, announced: number) => [
    { ...NOTHING, failures: { fault: failures }, announced },
  ];

  test('88. are weighed against the failures by every rule', () => {
    expect(tripOf(failing(5, 11), policy)?.evidence.rule).toBe('dry');
    expect(tripOf(failing(5, 12), policy)).toBeUndefined();
    expect(tripOf(failing(25, 475), policy)).toBeUndefined();
    expect(tripOf(failing(25, 50), policy)?.evidence).toMatchObject({ rule: 'rate', calls: 25 });
  });

  test('88. that were taken back in a later bucket add no excess', () => {
    const buckets = [
      { ...NOTHING, announced: 100 },
      { ...NOTHING, success: 30, announced: -100 },
      { ...NOTHING, failures: { fault: 5 } },
    ];

    expect(tripOf(buckets, { ...policy, excessFailures: 6 })).toBeUndefined();
  });

  test('88. are left out once they are six seconds old', () => {
    const failures = { fault: 1 };
    const buckets = [0, 1_000, 2_000].map((startMs) => ({
      ...NOTHING,
      startMs,
      announced: 1,
      failures,
    }));

    const recent = withoutVoidAnnouncements(buckets, 7_000, timingOf(policy));

    expect(recent.map(({ announced }) => announced)).toEqual([0, 0, 1]);
  });

  test.each([
    { failures: { timeout: 5 }, announced: 0 },
    { failures: { timeout: 5, fault: 1 }, announced: 12 },
  ])('88. are left out if all failures are timeouts: $failures', ({ failures, announced }) => {
    const buckets = [{ ...NOTHING, startMs: 0, announced: 12, failures }];

    expect(withoutVoidAnnouncements(buckets, 1_000, timingOf(policy))).toEqual([
      { ...NOTHING, startMs: 0, announced, failures },
    ]);
  });
});

describe('slow rule', () => {
  test('ignores that successes are provisional', () => {
    const policy = aPolicy({ slowFirstTokenSeconds: 30, slowRatePercent: 50 });
    const window = [{ ...NOTHING, success: 20, provisional: 15, slow: 10 }];

    expect(tripOf(window, policy)?.evidence).toMatchObject({ rule: 'slow', calls: 20 });
  });
});

describe('evidence', () => {
  test('names the most frequent kind and the longest Retry-After', () => {
    const buckets = [
      { ...NOTHING, failures: { timeout: 2, capacity: 5 }, retryAfterMs: 3_000 },
      { ...NOTHING, success: 3, failures: { timeout: 4 }, retryAfterMs: 1_000 },
    ];

    expect(tripOf(buckets, aPolicy({ minimumCalls: 1 }))).toMatchObject({
      evidence: {
        rule: 'rate',
        failure: 'timeout',
        calls: 14,
        failures: 11,
        kinds: { timeout: 6, capacity: 5 },
      },
      retryAfterMs: 3_000,
    });
  });

  test('leaves out kinds that are switched off', () => {
    const buckets = [{ ...NOTHING, failures: { 'quota-minute': 50, 'quota-day': 1 } }];

    const policy = aPolicy({ minimumCalls: 1, ignoredKinds: ['quota-minute', 'quota-day'] });

    expect(tripOf(buckets, policy)).toBeUndefined();
  });

  test('treats a negative number of successes as zero', () => {
    const buckets = [{ ...NOTHING, success: -3, failures: { fault: 1 } }];

    expect(tripOf(buckets, aPolicy({ minimumCalls: 1 }))?.evidence).toMatchObject({
      calls: 1,
      failures: 1,
    });
  });

  test('a seed is put before the buckets', () => {
    const policy = aPolicy({ minimumCalls: 1 });
    const buckets = [{ ...NOTHING, startMs: 0, failures: { fault: 4 } }];

    expect(tripOf(seeded(buckets, 10), policy)).toBeUndefined();
    expect(tripOf(seeded(buckets, 0), policy)).toBeDefined();
  });
});

const NOTHING: WindowCounts = { success: 0, slow: 0, failures: {} };

const HEALTHY = 'S'.repeat(1_000);

/** Returns the last 60 outcomes as buckets of a window, with one outcome in each second. */
function outcomes(text: string): WindowCounts[] {
  return [...text.slice(-60)].map((outcome) =>
    outcome === 'S' ? { ...NOTHING, success: 1 } : { ...NOTHING, failures: { fault: 1 } },
  );
}

/** Makes ten calls a second, and applies the rules to the last 60 buckets after each failure. */
function callsToTrip(
  seed: number,
  failureShare: number,
  calls: number,
  policy: ReturnType<typeof aPolicy>,
): number | undefined {
  const random = seededRandom(seed);
  const buckets: WindowCounts[] = [];
  for (let call = 0; call < calls; call++) {
    if (call % 10 === 0) buckets.push(NOTHING);
    if (buckets.length > 60) buckets.shift();
    const last = buckets.pop() ?? NOTHING;
    const fails = random() < failureShare;
    const success = last.success + (fails ? 0 : 1);
    const fault = (last.failures.fault ?? 0) + (fails ? 1 : 0);
    buckets.push({ ...last, success, failures: { fault } });
    if (fails && tripOf(buckets, policy)) return call + 1;
  }
  return undefined;
}

describe('a window', () => {
  const slowOn = aPolicy({ slowFirstTokenSeconds: 30, slowRatePercent: 50 });

  test('without calls trips no rule, even one that allows no failure', () => {
    expect(tripOf([], aPolicy({ excessFailures: 0 }))).toBeUndefined();
  });

  test('of slow calls trips nothing without a limit, or with too few calls', () => {
    const slowCalls = (calls: number) => [{ ...NOTHING, success: calls, slow: calls }];

    expect(tripOf(slowCalls(20), aPolicy())).toBeUndefined();
    expect(tripOf(slowCalls(19), slowOn)).toBeUndefined();
  });

  test('without failures names none as the reason of a slow circuit', () => {
    expect(tripOf([{ ...NOTHING, success: 20, slow: 10 }], slowOn)?.evidence).toStrictEqual({
      rule: 'slow',
      calls: 20,
      failures: 0,
      slowCalls: 10,
      kinds: {},
    });
  });

  test('without slow calls and excess gives no numbers of them', () => {
    const half = [{ ...NOTHING, success: 10, failures: { config: 10 } }];

    expect(tripOf(half, aPolicy())?.evidence).toStrictEqual({
      rule: 'rate',
      failure: 'config',
      calls: 20,
      failures: 10,
      kinds: { config: 10 },
    });
  });

  test.each([
    { capacity: 6, timeout: 5 },
    { timeout: 5, capacity: 6 },
  ])('names the most frequent kind, whatever the order: %j', (failures) => {
    const policy = aPolicy({ minimumCalls: 1 });

    expect(tripOf([{ ...NOTHING, failures }], policy)?.evidence.failure).toBe('capacity');
  });

  test('stays as it is without a seed and without announcements', () => {
    const buckets = [{ ...NOTHING, startMs: 0 }];

    expect(seeded(buckets, 0)).toBe(buckets);
    expect(withoutVoidAnnouncements(buckets, 60_000, timingOf(slowOn))).toStrictEqual(buckets);
  });
});
