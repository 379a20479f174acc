import { regionsOf, targetsOf } from '../../contract/chains.ts';
import type { Settings } from '../../contract/policy.ts';
import {
  type AppliedQuotas,
  dayQuotaKey,
  quotaKey,
  tokensPerDayOf,
} from '../../contract/quotas.ts';
import type { BucketStore } from './bucket-store.ts';
import { type DayBudget, dayBudget, type RegionUse } from './day-budget.ts';
import { sumOf } from './hourly-tokens.ts';
import { quotaDay } from './quota-day.ts';

/**
 * Reads what the calls of a source Region have used: the sum over the targets that the settings have at
 * present. A BucketStoreError passes on.
 */
export async function readRegionUse(
  store: Pick<BucketStore, 'read'>,
  settings: Settings,
  region: string,
): Promise<RegionUse> {
  const targets = targetsOf(settings).filter((target) => target.region === region);
  const keys = [...new Set(targets.map(quotaKey))];
  const [batch, ...buckets] = await store.read([dayQuotaKey(region), ...keys]);
  return {
    all: sumOf(buckets.map(({ usedTokens = {} }) => usedTokens)),
    batch: batch?.usedTokens ?? {},
  };
}

/** Returns the day's budget of each source Region whose daily quota is known. */
export async function readDayBudgets(
  store: Pick<BucketStore, 'read'>,
  settings: Settings,
  applied: AppliedQuotas | undefined,
  nowMs: number,
): Promise<ReadonlyMap<string, DayBudget>> {
  const day = quotaDay(nowMs, settings.breaker);
  const budgets = regionsOf(settings).map(async (region) => {
    const quota = tokensPerDayOf(settings, region, applied);
    if (quota === undefined) return [];
    const use = await readRegionUse(store, settings, region);
    return [[region, dayBudget(quota, use, nowMs, day)] as const];
  });
  return new Map((await Promise.all(budgets)).flat());
}
