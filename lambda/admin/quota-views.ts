import type { Settings } from '../contract/policy.ts';
import { tokensPerDayOf } from '../contract/quotas.ts';
import type { AdminHealthView } from '../contract/schemas/admin-health-view.ts';
import type { DayBudget } from '../core/admission/day-budget.ts';
import type { BucketState, QuotaState } from '../core/admission/quota-states.ts';
import { isoTime } from '../core/clock.ts';

type QuotaView = AdminHealthView['quotas'][number];
type DayBudgetView = NonNullable<AdminHealthView['dayBudgets']>[number];

export function viewQuota(quota: QuotaState, nowMs: number): QuotaView {
  const { key, targets, source, limits, isWithoutAccess, bucket } = quota;
  return {
    quota: key,
    targets,
    ...(source && { source }),
    ...limits,
    ...(isWithoutAccess && { noAccess: true as const }),
    ...(bucket && { use: viewBucket(bucket, nowMs) }),
  };
}

function viewBucket({ held, waitMs, share, tokensToday }: BucketState, nowMs: number) {
  const heldPercent = Object.fromEntries(
    Object.entries(held).map(([resource, part]) => [resource, percent(part)]),
  );
  return {
    heldPercent,
    ...(waitMs > 0 && { freeAt: isoTime(nowMs + waitMs) }),
    ratePercent: percent(share),
    tokensToday,
  };
}

export function viewDayBudget(
  region: string,
  { quota, spent, left, lastHour, resetAtMs, endsAtMs }: DayBudget,
  settings: Settings,
): DayBudgetView {
  const isGiven = tokensPerDayOf(settings, region) !== undefined;
  return {
    region,
    source: isGiven ? 'settings' : 'service-quotas',
    tokensPerDay: quota,
    spent,
    left,
    lastHour,
    resetAt: isoTime(resetAtMs),
    ...(endsAtMs !== undefined && { endsAt: isoTime(endsAtMs) }),
  };
}

/** Returns a part of 1 as percent, with one decimal. */
function percent(part: number): number {
  return Math.round(part * 1000) / 10;
}
