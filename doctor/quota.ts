import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { targetsOf, tiersOf } from '../lambda/contract/chains.ts';
import { type Settings, type Target, targetKey } from '../lambda/contract/policy.ts';
import { queryAws } from './aws-query.ts';
import type { CheckResult, Finding } from './finding.ts';
import { LIST_QUOTAS, listQuotas, type Quota, quotaOf } from './service-quotas.ts';

/** Compares the quotas of each target in a region with the demand of the settings. */
export function checkQuotas(
  client: ServiceQuotasClient,
  region: string,
  settings: Settings,
): Promise<readonly Finding[]> {
  const { jobs } = settings;
  const callsAtOnce = jobs.workerConcurrency * jobs.batchSize;
  return queryAws({ check: 'quota', subject: region, action: LIST_QUOTAS }, async (signal) => {
    const quotas = await listQuotas(client, 'bedrock', signal);
    return targetsOf(settings)
      .filter((target) => target.region === region)
      .flatMap((target) =>
        compare(quotas, target, { callsAtOnce, maxTokens: highestCap(settings, target) }).map(
          (result): Finding => ({ check: 'quota', subject: targetKey(target), ...result }),
        ),
      );
  });
}

/** Returns the highest maxTokens of the tiers that have the target. */
function highestCap(settings: Settings, target: Target): number {
  const key = targetKey(target);
  const tiers = tiersOf(settings).filter(({ tier }) =>
    tier.targets.some((each) => targetKey(each) === key),
  );
  return Math.max(...tiers.map(({ tier }) => tier.maxTokens));
}

interface Demand {
  readonly callsAtOnce: number;
  readonly maxTokens: number;
}

/**
 * Compares the quotas of a target with the demand of workers that are all busy and all call this
 * target. A call reserves its maxTokens when it starts (Bedrock user guide, "How tokens are
 * counted"). The real demand is higher: prompts count too, and short calls repeat within the minute.
 */
function compare(
  quotas: readonly Quota[],
  target: Target,
  { callsAtOnce, maxTokens }: Demand,
): readonly CheckResult[] {
  const tokens = quotaOf(quotas, target, 'tokens');
  const requests = quotaOf(quotas, target, 'requests');
  const tokensNeeded = callsAtOnce * maxTokens;
  const calls = `${callsAtOnce} calls at once`;
  const reserved = `${calls} x maxTokens ${maxTokens}`;
  if (!tokens && !requests) {
    const found = 'no quota has the name of this model';
    const fix =
      `look up the model's quota on the Bedrock page of Service Quotas in ${target.region}; ` +
      `the workers need ${tokensNeeded} tokens per minute (${reserved})`;
    return [{ level: 'warning', found, fix }];
  }
  // Bedrock has removed the request quotas of many models, so a missing quota means no limit.
  return [
    ...(tokens ? [resultOf(tokens, 'tokens', tokensNeeded, reserved)] : []),
    ...(requests ? [resultOf(requests, 'requests', callsAtOnce, calls)] : []),
  ];
}

function resultOf(
  { name, value }: Quota,
  unit: 'tokens' | 'requests',
  needed: number,
  calculation: string,
): CheckResult {
  if (value <= 0) {
    const fix =
      'request an increase in Service Quotas, or open a support case if the quota is not adjustable';
    return { level: 'bad', found: `the quota "${name}" is 0`, fix };
  }
  const found = `the quota is ${value} ${unit} per minute, and busy workers need ${needed} (${calculation})`;
  if (needed <= value) return { level: 'good', found };
  const fix = `request a higher quota "${name}", or lower jobs.workerConcurrency, jobs.batchSize or maxTokens`;
  return { level: 'warning', found, fix };
}
