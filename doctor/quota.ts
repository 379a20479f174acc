import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { BATCH_SIZE, type Settings, type Target, targetKey } from '../lambda/contract/policy.ts';
import { ask } from './ask.ts';
import type { Finding, Verdict } from './finding.ts';
import { quotaOf } from './model-quota.ts';
import { LIST_QUOTAS, listQuotas, type Quota } from './quota-list.ts';

/** What the account may ask of each target in this region, against what the settings may ask. */
export function checkQuotas(
  client: ServiceQuotasClient,
  region: string,
  { tiers, jobs }: Settings,
): Promise<readonly Finding[]> {
  const callsAtOnce = jobs.workerConcurrency * BATCH_SIZE;
  return ask({ check: 'quota', subject: region, action: LIST_QUOTAS }, async (signal) => {
    const quotas = await listQuotas(client, 'bedrock', signal);
    return tiers.flatMap(({ targets, maxTokens }) =>
      targets
        .filter((target) => target.region === region)
        .flatMap((target) =>
          judge(quotas, target, { callsAtOnce, maxTokens }).map((verdict) => ({
            ...({ check: 'quota', subject: targetKey(target) } as const),
            ...verdict,
          })),
        ),
    );
  });
}

interface Demand {
  readonly callsAtOnce: number;
  readonly maxTokens: number;
}

/**
 * What full workers ask of a target while it serves alone. A call holds its maxTokens from its start
 * (Bedrock user guide, "How tokens are counted"), so this is the least: prompts come on top, and calls
 * shorter than a minute come again within it.
 */
function judge(
  quotas: readonly Quota[],
  target: Target,
  { callsAtOnce, maxTokens }: Demand,
): readonly Verdict[] {
  const tokens = quotaOf(quotas, target, 'tokens');
  const requests = quotaOf(quotas, target, 'requests');
  if (!tokens && !requests) {
    const found = 'no quota with the name of this model';
    const fix = `compare with the Bedrock page of Service Quotas in ${target.region}`;
    return [{ level: 'warning', found, fix }];
  }
  const held = `${callsAtOnce} calls at once x maxTokens ${maxTokens}`;
  // Bedrock gave up request quotas for many models; one that is not there does not bind.
  return [
    ...(tokens ? [against(tokens, callsAtOnce * maxTokens, `tokens a minute, ${held}`)] : []),
    ...(requests ? [against(requests, callsAtOnce, 'requests a minute, calls at once')] : []),
  ];
}

function against({ name, value }: Quota, demand: number, what: string): Verdict {
  if (value <= 0) {
    const fix = 'ask for it in Service Quotas, or by a support case if it cannot be raised there';
    return { level: 'bad', found: `the quota is 0: ${name}`, fix };
  }
  const found = `${value} ${what}: ${demand}`;
  if (demand <= value) return { level: 'good', found };
  const fix = `ask for a higher "${name}", or lower jobs.workerConcurrency or maxTokens`;
  return { level: 'warning', found, fix };
}
