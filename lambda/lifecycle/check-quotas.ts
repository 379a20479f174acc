import { regionsOf, targetsOf } from '../contract/chains.ts';
import { type Settings, type Target, targetKey } from '../contract/policy.ts';
import { type AppliedQuotas, dayQuotaKey, limitsOf, quotaKey } from '../contract/quotas.ts';
import {
  type AccountQuotas,
  appliedQuotas,
  type RegionQuotas,
  regionQuotas,
} from '../core/admission/account-quotas.ts';
import type { AppliedQuotasStore } from '../core/admission/applied-quotas.ts';
import type { Clock } from '../core/clock.ts';
import { errorName } from '../core/error-name.ts';
import type { Log } from '../core/telemetry.ts';

export interface QuotaCheckDependencies {
  readonly accountQuotas: AccountQuotas;
  readonly quotaStore: AppliedQuotasStore;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * Reads the quotas of the targets of the chains from the account, and saves them for the workers. A Region
 * whose quotas cannot be read keeps those of the last check.
 */
export async function checkQuotas(
  dependencies: QuotaCheckDependencies,
  settings: Settings,
): Promise<void> {
  const { quotaStore, clock, log } = dependencies;
  const before = await quotaStore.load();
  const targets = targetsOf(settings);
  const regions: RegionQuotas[] = [];
  for (const region of regionsOf(settings)) {
    const ofRegion = targets.filter((target) => target.region === region);
    regions.push(await readRegion(dependencies, region, ofRegion, before));
  }
  const applied = appliedQuotas(regions, clock.now());
  for (const quota of applied.withoutAccess) {
    log.error('the quota is 0: the account has no access', { quota });
  }
  const unknown = targets
    .filter((target) => !limitsOf(settings, target, applied))
    .filter((target) => !applied.withoutAccess.includes(quotaKey(target)))
    .map(targetKey);
  if (unknown.length > 0) {
    log.info('no quota is known, so calls are not held back', { targets: unknown.join(' ') });
  }
  await quotaStore.save(applied);
}

async function readRegion(
  { accountQuotas, log }: QuotaCheckDependencies,
  region: string,
  targets: readonly Target[],
  before: AppliedQuotas | undefined,
): Promise<RegionQuotas> {
  try {
    return regionQuotas(await accountQuotas.list(region), region, targets);
  } catch (error) {
    log.error('quotas not read', { region, error: errorName(error) });
    return keptOf(before, region, targets);
  }
}

/** Returns what the last check found of these targets. */
function keptOf(
  before: AppliedQuotas | undefined,
  region: string,
  targets: readonly Target[],
): RegionQuotas {
  const { limits = {}, tokensPerDay = {}, withoutAccess = [] } = before ?? {};
  const keys = new Set([...targets.map(quotaKey), dayQuotaKey(region)]);
  return {
    limits: Object.fromEntries(Object.entries(limits).filter(([key]) => keys.has(key))),
    tokensPerDay: Object.fromEntries(
      Object.entries(tokensPerDay).filter(([each]) => each === region),
    ),
    withoutAccess: withoutAccess.filter((key) => keys.has(key)),
  };
}
