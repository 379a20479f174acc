import type { BreakerPolicy } from '../../contract/policy.ts';
import type { TargetFailureKind } from '../../contract/words.ts';
import type { Evidence, EvidenceRule } from './circuit.ts';
import type { WindowBucket, WindowCounts } from './circuit-store.ts';

export interface Verdict {
  readonly evidence: Evidence;
  /** The longest wait that the window's failures asked for. */
  readonly retryAfterMs: number;
}

/** Whether a window trips the circuit. Buckets in order of time; the first rule that holds wins. */
export function judge(
  buckets: readonly WindowCounts[],
  policy: BreakerPolicy,
): Verdict | undefined {
  const window = total(buckets, policy);
  const excess = excessOf(buckets, policy);
  const rule = trippedRule(window, excess, policy);
  if (!rule) return undefined;
  return {
    evidence: {
      rule,
      ...(window.heaviest && { failure: window.heaviest }),
      calls: window.calls,
      failures: window.failures,
      ...(window.slow > 0 && { slowCalls: window.slow }),
      ...(excess > 0 && { excess: Math.round(excess * 100) / 100 }),
      kinds: window.kinds,
    },
    retryAfterMs: window.retryAfterMs,
  };
}

/** The buckets of a circuit that just closed start with its last stage's successes. */
export function seeded(buckets: readonly WindowBucket[], success: number): readonly WindowCounts[] {
  return success > 0 ? [{ success, slow: 0, failures: {} }, ...buckets] : buckets;
}

interface Total {
  readonly calls: number;
  readonly successes: number;
  readonly failures: number;
  readonly slow: number;
  readonly kinds: Readonly<Partial<Record<TargetFailureKind, number>>>;
  readonly heaviest?: TargetFailureKind;
  readonly retryAfterMs: number;
}

function trippedRule(
  window: Total,
  excess: number,
  policy: BreakerPolicy,
): EvidenceRule | undefined {
  const { calls, successes, failures, slow } = window;
  if ((window.kinds['quota-day'] ?? 0) > 0) return 'quota-day';
  const enough = calls >= policy.minimumCalls;
  if (enough && failures * 100 > calls * policy.failureRatePercent) return 'rate';
  if (excess > 0 && excess >= Math.max(policy.excessFailures, calls / 100)) return 'excess';
  if (successes === 0 && failures > 0 && failures >= policy.consecutiveFailures) return 'dry';
  const slowRuleIsOn = policy.slowCallSeconds !== undefined;
  if (slowRuleIsOn && enough && slow * 100 >= calls * policy.slowRatePercent) return 'slow';
  return undefined;
}

/** A correction may be all that is left of its success in the window, hence the floors of zero. */
function total(buckets: readonly WindowCounts[], policy: BreakerPolicy): Total {
  const kinds: Partial<Record<TargetFailureKind, number>> = {};
  let successes = 0;
  let slow = 0;
  let retryAfterMs = 0;
  for (const bucket of buckets) {
    successes += bucket.success;
    slow += bucket.slow;
    retryAfterMs = Math.max(retryAfterMs, bucket.retryAfterMs ?? 0);
    for (const [kind, count] of countedFailures(bucket, policy)) {
      kinds[kind] = (kinds[kind] ?? 0) + count;
    }
  }
  const [heaviest] = kindsOf(kinds).sort(([, a], [, b]) => b - a);
  const failures = sum(kindsOf(kinds));
  successes = Math.max(0, successes);
  return {
    calls: successes + failures,
    successes,
    failures,
    slow,
    kinds,
    ...(heaviest && { heaviest: heaviest[0] }),
    retryAfterMs,
  };
}

/**
 * How far failures run ahead of what the rate allows: a CUSUM. A success takes back r / (1 − r)
 * failures, so that at a steady rate of r it stays where it is, and a healthy past counts nothing.
 */
function excessOf(buckets: readonly WindowCounts[], policy: BreakerPolicy): number {
  const takenBack = policy.failureRatePercent / (100 - policy.failureRatePercent);
  let excess = 0;
  for (const bucket of buckets) {
    const failures = sum(countedFailures(bucket, policy));
    excess = Math.max(0, excess + failures - bucket.success * takenBack);
  }
  return excess;
}

type KindCount = [TargetFailureKind, number];

function countedFailures({ failures }: WindowCounts, policy: BreakerPolicy): KindCount[] {
  return kindsOf(failures).filter(([kind]) => !policy.ignoredKinds.includes(kind));
}

function kindsOf(kinds: WindowCounts['failures']): KindCount[] {
  return Object.entries(kinds) as KindCount[];
}

function sum(counts: readonly KindCount[]): number {
  return counts.reduce((all, [, count]) => all + count, 0);
}
