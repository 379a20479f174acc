import type { BreakerPolicy } from '../../contract/policy.ts';
import { TARGET_FAILURE_KINDS, type TargetFailureKind } from '../../contract/words.ts';
import type { WindowBucket, WindowCounts } from './circuit-store.ts';
import type { Timing } from './timing.ts';

export const TRIP_RULES = [
  'rate',
  'excess',
  'dry',
  'slow',
  /** A daily quota is used up. */
  'quota-day',
] as const;
type TripRule = (typeof TRIP_RULES)[number];

/** The rule that tripped a circuit, and the numbers of the window. */
export interface WindowEvidence {
  readonly rule: TripRule;
  /** The most frequent kind of failure. */
  readonly failure?: TargetFailureKind;
  readonly calls: number;
  readonly failures: number;
  readonly slowCalls?: number;
  /** The cumulative sum (CUSUM) of the excess rule, as a number of failures. */
  readonly excess?: number;
  readonly kinds?: Readonly<Kinds>;
}

/** The reason to open a circuit. */
export interface Trip {
  readonly evidence: WindowEvidence;
  /** The longest wait that a failure in the window asked for. */
  readonly retryAfterMs: number;
}

/**
 * Applies the trip rules to a window and returns the first one that holds. The buckets must be in
 * order of time.
 */
export function tripOf(buckets: readonly WindowCounts[], policy: BreakerPolicy): Trip | undefined {
  const window = addUp(buckets, policy);
  const rule = trippedRule(window, policy);
  if (!rule) return undefined;
  const { calls, failures, slow, excess, kinds, retryAfterMs } = window;
  const failure = mostFrequent(kinds);
  return {
    evidence: {
      rule,
      ...(failure && { failure }),
      calls,
      failures,
      ...(slow > 0 && { slowCalls: slow }),
      ...(excess > 0 && { excess: Math.round(excess * 100) / 100 }),
      kinds,
    },
    retryAfterMs,
  };
}

/** Puts the successes of the last recovery stage in front of the buckets of a new epoch. */
export function seeded(buckets: readonly WindowBucket[], success: number): readonly WindowCounts[] {
  return success > 0 ? [{ success, slow: 0, failures: {} }, ...buckets] : buckets;
}

/**
 * Kinds that may be the job's or the caller's own doing. They count only for the rate rule, because
 * a few jobs that always fail must not open the circuit of a target that serves all others.
 */
const RATE_ONLY_KINDS: readonly TargetFailureKind[] = ['model-error', 'config'];

/** Returns true if a rule compares the failures with the calls. */
export function usesShares(policy: BreakerPolicy): boolean {
  return Number.isFinite(
    Math.min(policy.minimumCalls, policy.excessFailures, policy.consecutiveFailures),
  );
}

/** True for a failure that comes later than the successes of calls that began at the same time. */
export function isLate(kind: TargetFailureKind): boolean {
  return kind === 'timeout';
}

/**
 * Leaves out announcements of calls that have ended by now, or that hang. If all failures of the
 * window are late, leaves out every announcement: the successes that it stands for are counted by
 * now.
 */
export function withoutVoidAnnouncements(
  buckets: readonly WindowBucket[],
  nowMs: number,
  { announcedForMs }: Timing,
): readonly WindowBucket[] {
  const kinds = buckets.flatMap(({ failures }) => Object.keys(failures) as TargetFailureKind[]);
  const areAllLate = kinds.every(isLate);
  return buckets.map((bucket) => {
    const { startMs, announced = 0 } = bucket;
    const isVoid = areAllLate || startMs <= nowMs - announcedForMs;
    return announced !== 0 && isVoid ? { ...bucket, announced: 0 } : bucket;
  });
}

interface Window {
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  /** The failures that are certainly the target's. They count for every rule. */
  readonly certainFailures: number;
  /** Calls that have just begun. They may become successes. */
  readonly announced: number;
  readonly slow: number;
  readonly excess: number;
  readonly kinds: Kinds;
  readonly retryAfterMs: number;
}

type Kinds = Partial<Record<TargetFailureKind, number>>;

function trippedRule(window: Window, policy: BreakerPolicy): TripRule | undefined {
  const { calls, successes, failures, certainFailures, announced, slow, excess, kinds } = window;
  const exceedsRate = (failed: number, all: number) =>
    failed * 100 > (all + announced) * policy.failureRatePercent;
  if ((kinds['quota-day'] ?? 0) > 0) return 'quota-day';
  const enough = calls >= policy.minimumCalls;
  if (enough && exceedsRate(failures, calls)) return 'rate';
  if (excess > 0 && excess >= Math.max(policy.excessFailures, calls / 100)) return 'excess';
  const isDry = successes === 0 && exceedsRate(certainFailures, certainFailures);
  if (isDry && certainFailures >= policy.consecutiveFailures) return 'dry';
  const slowRuleIsOn = policy.slowFirstTokenSeconds !== undefined;
  if (slowRuleIsOn && enough && slow * 100 >= calls * policy.slowRatePercent) return 'slow';
  return undefined;
}

/**
 * Sums the buckets. The excess is a cumulative sum (CUSUM) of the failures beyond those that the
 * failure rate r of the policy allows. Each success subtracts r / (1 − r) failures, so the excess
 * stays level at a failure rate of r. It never falls below 0, so a healthy past does not hide an
 * outage.
 */
function addUp(buckets: readonly WindowCounts[], policy: BreakerPolicy): Window {
  const takenBack = policy.failureRatePercent / (100 - policy.failureRatePercent);
  const kinds: Kinds = {};
  let [successes, failures, certainFailures, announced] = [0, 0, 0, 0];
  let [slow, excess, retryAfterMs] = [0, 0, 0];
  for (const bucket of buckets) {
    const [all, failed] = addFailures(bucket, kinds, policy);
    failures += all;
    certainFailures += failed;
    successes += bucket.success;
    slow += bucket.slow;
    announced += bucket.announced ?? 0;
    const successful = bucket.success + Math.max(0, bucket.announced ?? 0);
    excess = Math.max(0, excess + failed - successful * takenBack);
    retryAfterMs = Math.max(retryAfterMs, bucket.retryAfterMs ?? 0);
  }
  // A count may leave the window before its correction, which makes the sum negative.
  successes = Math.max(0, successes);
  announced = Math.max(0, announced);
  const calls = successes + failures;
  return {
    calls,
    successes,
    failures,
    certainFailures,
    announced,
    slow,
    excess,
    kinds,
    retryAfterMs,
  };
}

/**
 * Adds the bucket's failures to `kinds`, except kinds that the policy ignores. Returns the number
 * of failures added: all of them, and those that count for every rule.
 */
function addFailures(
  { failures }: WindowCounts,
  kinds: Kinds,
  policy: BreakerPolicy,
): [all: number, certain: number] {
  let [all, certain] = [0, 0];
  for (const kind of TARGET_FAILURE_KINDS) {
    const count = failures[kind];
    if (count === undefined || policy.ignoredKinds.includes(kind)) continue;
    kinds[kind] = (kinds[kind] ?? 0) + count;
    all += count;
    if (!RATE_ONLY_KINDS.includes(kind)) certain += count;
  }
  return [all, certain];
}

function mostFrequent(kinds: Kinds): TargetFailureKind | undefined {
  return TARGET_FAILURE_KINDS.filter((kind) => kinds[kind] !== undefined).sort(
    (a, b) => (kinds[b] ?? 0) - (kinds[a] ?? 0),
  )[0];
}
