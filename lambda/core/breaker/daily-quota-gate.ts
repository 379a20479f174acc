import type { BreakerPolicy } from '../../contract/policy.ts';
import type { Admission, CallRequest, CircuitGate, Rejection } from './admission.ts';
import type { Breaker } from './breaker.ts';
import { DailyQuotaPermit } from './daily-quota-permit.ts';
import type { ScopesOf } from './override-scopes.ts';
import type { Permit } from './permit.ts';
import type { CircuitSummary } from './summary.ts';
import { timingOf } from './timing.ts';
import type { RecentCalls } from './window-figures.ts';

/**
 * The circuits of the targets, and one day circuit for each source Region. Bedrock's daily quota
 * covers all models of a Region, so one daily-quota error stops all targets of its Region. A day
 * circuit is open until the quota's reset, with one permit an hour, and one success closes it.
 */
export class DailyQuotaGate implements CircuitGate {
  readonly #targets: Breaker;
  readonly #days: Breaker;

  /** `policy` is the policy of the targets' circuits. */
  constructor(targets: Breaker, policy: () => BreakerPolicy) {
    this.#targets = targets;
    this.#days = targets.sibling(dayPolicy(policy));
  }

  admit(key: string, call?: CallRequest): Admission | Promise<Admission> {
    const day = this.#days.admit(dayKey(regionOf(key)), call);
    return day instanceof Promise
      ? day.then((admission) => this.#admitTo(key, call, admission))
      : this.#admitTo(key, call, day);
  }

  lastServedAtMs(key: string): Promise<number | undefined> {
    return this.#targets.lastServedAtMs(key);
  }

  /** Returns the targets' own circuits. A target may be out although its own circuit is closed. */
  summaries(keys: readonly string[]): Promise<readonly CircuitSummary[]> {
    return this.#targets.summaries(keys);
  }

  /** Returns the day circuit of each region. */
  async dailyQuotas(regions: readonly string[]): Promise<ReadonlyMap<string, CircuitSummary>> {
    const summaries = await this.#days.summaries(regions.map(dayKey));
    return new Map(summaries.map((summary) => [regionOf(summary.key), summary]));
  }

  recent(keys: readonly string[]): Promise<readonly RecentCalls[]> {
    return this.#targets.recent(keys);
  }

  restart(key: string, atMs: number): Promise<void> {
    return this.#targets.restart(key, atMs);
  }

  async flush(): Promise<void> {
    await Promise.all([this.#targets.flush(), this.#days.flush()]);
  }

  #admitTo(
    key: string,
    call: CallRequest | undefined,
    day: Admission,
  ): Admission | Promise<Admission> {
    // An operator who overrides the target decides about its calls, whatever the quota says.
    if (!day.admitted && this.#targets.overrideOf(key) === undefined) return rejection(key, day);
    const target = this.#targets.admit(key, call);
    if (!day.admitted) return target;
    return target instanceof Promise
      ? target.then((admission) => withDay(admission, day.permit))
      : withDay(target, day.permit);
  }
}

/** Returns no scopes for a day circuit: overrides concern the calls of targets. */
export function scopesWithoutDays(scopesOf: ScopesOf): ScopesOf {
  return (key) => (key.endsWith(DAY_SUFFIX) ? [] : scopesOf(key));
}

const DAY_SUFFIX = '/daily-quota';

function dayKey(region: string): string {
  return `${region}${DAY_SUFFIX}`;
}

function regionOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}

/** Turns off all rules but the one for daily quotas, so that calls are not counted. */
const QUOTA_ALONE = {
  minimumCalls: Number.POSITIVE_INFINITY,
  excessFailures: Number.POSITIVE_INFINITY,
  consecutiveFailures: Number.POSITIVE_INFINITY,
  slowFirstTokenSeconds: undefined,
};

/**
 * Returns the policy of the day circuits. Their view may be older than that of a target, because
 * an admission that comes too late costs one call that is refused at once.
 */
function dayPolicy(policy: () => BreakerPolicy): () => BreakerPolicy {
  let known: { readonly of: BreakerPolicy; readonly day: BreakerPolicy } | undefined;
  return () => {
    const of = policy();
    if (known?.of !== of) {
      const viewMaxAgeSeconds = timingOf(of).recheckMs / 1000;
      known = { of, day: { ...of, ...QUOTA_ALONE, recoveryStages: [1], viewMaxAgeSeconds } };
    }
    return known.day;
  };
}

function rejection(key: string, { reason, retryAfterMs }: Rejection): Rejection {
  const isQuota = reason === 'open' || reason === 'half-open';
  return { admitted: false, key, reason: isQuota ? 'quota-day' : reason, retryAfterMs };
}

/** Adds the day's permit to the target's, or returns it if the target rejects the call. */
function withDay(target: Admission, day: Permit): Admission | Promise<Admission> {
  if (target.admitted) {
    return { admitted: true, permit: new DailyQuotaPermit(target.permit, day) };
  }
  const returned = day.settle({ kind: 'ignored' });
  return returned ? returned.then(() => target) : target;
}
