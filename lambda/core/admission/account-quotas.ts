import type { QuotaLimits, Target } from '../../contract/policy.ts';
import {
  findQuota,
  type ListedQuota,
  quotaNameOf,
  TOKENS_PER_DAY,
} from '../../contract/quota-names.ts';
import { type AppliedQuotas, dayQuotaKey, quotaKey } from '../../contract/quotas.ts';

/** The quotas of the account. */
export interface AccountQuotas {
  /** Lists the quotas of Bedrock in a Region. */
  list(region: string): Promise<readonly ListedQuota[]>;
}

export type RegionQuotas = Omit<AppliedQuotas, 'checkedAtMs'>;

/**
 * Selects the quotas of the targets of one Region. A quota that is not listed, or not under the name that
 * is known, has no limit. If one of a model's quotas is 0, the account has no access to the model, so the
 * model has no limits: a bucket of nothing would hold jobs back for ever.
 */
export function regionQuotas(
  listed: readonly ListedQuota[],
  region: string,
  targets: readonly Target[],
): RegionQuotas {
  const limits: Record<string, QuotaLimits> = {};
  const withoutAccess = new Set<string>();
  for (const target of targets) {
    const tokens = findQuota(listed, quotaNameOf(target, 'tokens'))?.value;
    const requests = findQuota(listed, quotaNameOf(target, 'requests'))?.value;
    const key = quotaKey(target);
    if (tokens === 0 || requests === 0) withoutAccess.add(key);
    else if (tokens !== undefined || requests !== undefined) {
      limits[key] = {
        ...(tokens !== undefined && { tokensPerMinute: tokens }),
        ...(requests !== undefined && { requestsPerMinute: requests }),
      };
    }
  }
  const perDay = findQuota(listed, TOKENS_PER_DAY)?.value;
  if (perDay === 0) withoutAccess.add(dayQuotaKey(region));
  return {
    limits,
    tokensPerDay: perDay ? { [region]: perDay } : {},
    withoutAccess: [...withoutAccess],
  };
}

/** Returns the quotas of all Regions together. */
export function appliedQuotas(
  regions: readonly RegionQuotas[],
  checkedAtMs: number,
): AppliedQuotas {
  return {
    checkedAtMs,
    limits: Object.assign({}, ...regions.map(({ limits }) => limits)),
    tokensPerDay: Object.assign({}, ...regions.map(({ tokensPerDay }) => tokensPerDay)),
    withoutAccess: regions.flatMap(({ withoutAccess }) => withoutAccess),
  };
}
