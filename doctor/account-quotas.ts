import { BedrockQuotas } from '../lambda/aws/service-quotas.ts';
import { regionsOf, targetsOf } from '../lambda/contract/chains.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import type { AppliedQuotas } from '../lambda/contract/quotas.ts';
import { appliedQuotas, regionQuotas } from '../lambda/core/admission/account-quotas.ts';

/** Reads the quotas of the targets of the chains from the account, as the daily check does. */
export async function readAccountQuotas(
  settings: Pick<Settings, 'chains'>,
  nowMs: number,
): Promise<AppliedQuotas> {
  const account = new BedrockQuotas();
  const regions = await Promise.all(
    regionsOf(settings).map(async (region) => {
      const targets = targetsOf(settings).filter((target) => target.region === region);
      return regionQuotas(await account.list(region), region, targets);
    }),
  );
  return appliedQuotas(regions, nowMs);
}
