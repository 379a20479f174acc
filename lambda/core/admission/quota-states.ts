import { regionsOf, targetsOf } from '../../contract/chains.ts';
import {
  type QuotaLimits,
  type QuotaPolicy,
  type Settings,
  targetKey,
} from '../../contract/policy.ts';
import {
  type AppliedQuotas,
  dayQuotaKey,
  limitsOf,
  type QuotaSource,
  quotaKey,
  tokensPerDayOf,
} from '../../contract/quotas.ts';
import {
  type Bucket,
  EMPTY_BUCKET,
  type Resource,
  resourcesOf,
  shareOf,
  spentUntilOf,
} from './bucket.ts';
import { type BucketStore, BucketStoreError } from './bucket-store.ts';
import type { DayBudget } from './day-budget.ts';
import { tokensBetween } from './hourly-tokens.ts';
import { burstOf, holdOf } from './minute.ts';
import { type QuotaDay, quotaDay } from './quota-day.ts';
import { readDayBudgets } from './region-use.ts';

/** A quota that targets of the chains are charged to. */
export interface QuotaState {
  readonly key: string;
  readonly targets: readonly string[];
  /** Absent: the limits are not known. */
  readonly source?: QuotaSource;
  readonly limits: QuotaLimits;
  /** Service Quotas says that the quota is 0. */
  readonly isWithoutAccess: boolean;
  /** Absent if neither its limits nor the quota of the day is known, or if it could not be read. */
  readonly bucket?: BucketState;
}

/** The bucket of a quota at one time. */
export interface BucketState {
  /**
   * The part of the burst that calls hold or have spent, from 0. It is above 1 while calls are booked, or
   * after a call that was larger than what was left. A resource without a limit is absent.
   */
  readonly held: Readonly<Partial<Record<Resource, number>>>;
  /** The time until the next call is admitted, in milliseconds; 0 means now. */
  readonly waitMs: number;
  /** The share of the quota that throttles have left, above 0 and at most 1. */
  readonly share: number;
  /** The tokens of the quota that calls have used since the last reset of the day. */
  readonly tokensToday: number;
}

export interface QuotaStates {
  readonly quotas: readonly QuotaState[];
  /** The budgets by source Region, where the quota of a day is known. Absent: they could not be read. */
  readonly days?: ReadonlyMap<string, DayBudget>;
  /** Why the store did not answer. */
  readonly unreadable?: string;
}

/**
 * Reads the quotas of the chains, and what is used of them, in one read of their buckets. Says nothing
 * about the use if the store does not answer, or if each worker counts in a memory of its own.
 */
export async function readQuotaStates(
  store: Pick<BucketStore, 'read'>,
  settings: Settings,
  applied: AppliedQuotas | undefined,
  nowMs: number,
): Promise<QuotaStates> {
  const known = knownQuotas(settings, applied);
  if (settings.breaker.store === 'memory') return { quotas: known };
  const buckets = await readBuckets(store, settings, applied);
  if (buckets instanceof BucketStoreError) return { quotas: known, unreadable: buckets.message };
  const day = quotaDay(nowMs, settings.breaker);
  const read = async (keys: readonly string[]) =>
    keys.map((key) => buckets.get(key) ?? EMPTY_BUCKET);
  return {
    quotas: known.map((quota) => {
      const bucket = buckets.get(quota.key);
      if (!bucket) return quota;
      return { ...quota, bucket: bucketState(bucket, quota.limits, settings.quotas, nowMs, day) };
    }),
    days: await readDayBudgets({ read }, settings, applied, nowMs),
  };
}

function knownQuotas(settings: Settings, applied?: AppliedQuotas): readonly QuotaState[] {
  const byKey = Map.groupBy(targetsOf(settings), quotaKey);
  return [...byKey].map(([key, targets]) => {
    // The limits of a quota are the same for each of its targets.
    const [given, all] = [undefined, applied].map((known) =>
      targets.map((target) => limitsOf(settings, target, known)).find((limits) => limits),
    );
    const source = given ? 'settings' : 'service-quotas';
    return {
      key,
      targets: targets.map(targetKey),
      ...(all && { source }),
      limits: all ?? {},
      isWithoutAccess: applied?.withoutAccess.includes(key) ?? false,
    };
  });
}

/** Reads the buckets in which calls count. Returns the error of a store that does not answer. */
async function readBuckets(
  store: Pick<BucketStore, 'read'>,
  settings: Settings,
  applied: AppliedQuotas | undefined,
): Promise<ReadonlyMap<string, Bucket> | BucketStoreError> {
  const days = regionsOf(settings).filter(
    (region) => tokensPerDayOf(settings, region, applied) !== undefined,
  );
  const counted = targetsOf(settings).filter(
    (target) => days.includes(target.region) || limitsOf(settings, target, applied),
  );
  const keys = [...new Set([...days.map(dayQuotaKey), ...counted.map(quotaKey)])];
  try {
    const buckets = await store.read(keys);
    return new Map(keys.map((key, index) => [key, buckets[index] ?? EMPTY_BUCKET]));
  } catch (error) {
    if (!(error instanceof BucketStoreError)) throw error;
    return error;
  }
}

function bucketState(
  bucket: Bucket,
  limits: QuotaLimits,
  policy: QuotaPolicy,
  nowMs: number,
  { startMs }: QuotaDay,
): BucketState {
  const burstMs = burstOf(limits, policy);
  const aheadMs = resourcesOf(holdOf(limits, 1, 1)).map(
    (each) => [each, Math.max(0, spentUntilOf(bucket.spentUntil, each, nowMs) - nowMs)] as const,
  );
  const longestMs = Math.max(0, ...aheadMs.map(([, ms]) => ms));
  const tokens = tokensBetween(bucket.usedTokens ?? {}, startMs, nowMs, nowMs);
  return {
    held: Object.fromEntries(aheadMs.map(([each, ms]) => [each, ms / burstMs])),
    waitMs: longestMs < burstMs ? 0 : Math.floor(longestMs - burstMs) + 1,
    share: shareOf(bucket, nowMs),
    tokensToday: Math.round(tokens),
  };
}
