import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { LIST_QUOTAS, listQuotas } from '../lambda/aws/service-quotas.ts';
import { targetsOf, tiersOf } from '../lambda/contract/chains.ts';
import {
  type QuotaLimits,
  type Settings,
  type Target,
  targetKey,
} from '../lambda/contract/policy.ts';
import {
  findQuota,
  type ListedQuota,
  type QuotaUnit,
  quotaNameOf,
} from '../lambda/contract/quota-names.ts';
import { limitsOf } from '../lambda/contract/quotas.ts';
import { queryAws } from './aws-query.ts';
import { checkDayQuota } from './day-quota.ts';
import type { CheckResult, Finding } from './finding.ts';

/** Reports the quota of each target in a region, and compares it with the demand of the settings. */
export function checkQuotas(
  client: ServiceQuotasClient,
  region: string,
  settings: Settings,
): Promise<readonly Finding[]> {
  return queryAws({ check: 'quota', subject: region, action: LIST_QUOTAS }, async (signal) => {
    const listed = await listQuotas(client, 'bedrock', signal);
    const ofTargets = targetsOf(settings)
      .filter((target) => target.region === region)
      .flatMap((target) =>
        checkTarget(listed, target, settings).map(
          (result): Finding => ({ check: 'quota', subject: targetKey(target), ...result }),
        ),
      );
    const day = checkDayQuota(listed, region, settings.quotas);
    return [...ofTargets, { check: 'quota', subject: region, ...day }];
  });
}

function checkTarget(
  listed: readonly ListedQuota[],
  target: Target,
  settings: Settings,
): readonly CheckResult[] {
  const given = limitsOf(settings, target);
  const demand = demandOf(target, settings);
  const results = (['tokens', 'requests'] as const).flatMap((unit) => {
    const found = findQuota(listed, quotaNameOf(target, unit));
    const result = checkQuota(found, given, demand[unit]);
    return result ? [result] : [];
  });
  if (results.length > 0) return results;
  const { needed, calculation } = demand.tokens;
  const found = 'no quota is known, so calls are not held back before Bedrock throttles them';
  const fix =
    `look up the model's quota on the Bedrock page of Service Quotas in ${target.region}, and write it to the target's quota in the settings; ` +
    `the workers need ${needed} tokens per minute (${calculation})`;
  return [{ level: 'warning', found, fix }];
}

/** The demand of workers that are all busy and all call one target. */
interface Demand {
  readonly unit: QuotaUnit;
  readonly limit: keyof QuotaLimits;
  /** Per minute. */
  readonly needed: number;
  readonly calculation: string;
}

/**
 * A call reserves its maxTokens when it starts (Bedrock user guide, "How tokens are counted"). The real
 * demand is higher: prompts count too, and short calls repeat within the minute.
 */
function demandOf(target: Target, settings: Settings): Readonly<Record<QuotaUnit, Demand>> {
  const { workerConcurrency, batchSize } = settings.jobs;
  const calls = workerConcurrency * batchSize;
  const maxTokens = highestCap(settings, target);
  return {
    tokens: {
      unit: 'tokens',
      limit: 'tokensPerMinute',
      needed: calls * maxTokens,
      calculation: `${calls} calls at once x maxTokens ${maxTokens}`,
    },
    requests: {
      unit: 'requests',
      limit: 'requestsPerMinute',
      needed: calls,
      calculation: `${calls} calls at once`,
    },
  };
}

/** Returns the highest maxTokens of the tiers that have the target. */
function highestCap(settings: Settings, target: Target): number {
  const key = targetKey(target);
  const tiers = tiersOf(settings).filter(({ tier }) =>
    tier.targets.some((each) => targetKey(each) === key),
  );
  return Math.max(...tiers.map(({ tier }) => tier.maxTokens));
}

/**
 * Compares the quota of the account with the settings and with the demand. Returns undefined if there is no
 * quota: Bedrock has removed the request quotas of many models.
 */
function checkQuota(
  listed: ListedQuota | undefined,
  given: QuotaLimits | undefined,
  { unit, limit, needed, calculation }: Demand,
): CheckResult | undefined {
  if (listed && listed.value <= 0) {
    const fix =
      'request an increase in Service Quotas, or open a support case if the quota is not adjustable';
    return { level: 'bad', found: `the quota "${listed.name}" is 0`, fix };
  }
  const value = given ? given[limit] : listed?.value;
  const raise = `request a higher quota${listed ? ` "${listed.name}"` : ''}`;
  if (listed && given && (value === undefined || value > listed.value)) {
    const is = value === undefined ? 'no quota of' : `${value}`;
    const found = `the settings give the target ${is} ${unit} per minute, and the account has ${listed.value}`;
    const fix = `set quota.${limit} of the target to ${listed.value} or less, or ${raise}`;
    return { level: 'warning', found, fix };
  }
  if (value === undefined) return undefined;
  const source = given ? 'the settings' : 'Service Quotas';
  const found = `the quota is ${value} ${unit} per minute (${source}), and busy workers need ${needed} (${calculation})`;
  if (needed <= value) return { level: 'good', found };
  const fix = `${raise}, or lower jobs.workerConcurrency, jobs.batchSize or maxTokens; otherwise jobs wait for the quota or go to the next tier`;
  return { level: 'warning', found, fix };
}
