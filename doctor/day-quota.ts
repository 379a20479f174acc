import type { QuotaPolicy } from '../lambda/contract/policy.ts';
import { findQuota, type ListedQuota, TOKENS_PER_DAY } from '../lambda/contract/quota-names.ts';
import type { CheckResult } from './finding.ts';

/** Reports the tokens per day of a region, which all its models share. */
export function checkDayQuota(
  listed: readonly ListedQuota[],
  region: string,
  { tokensPerDay }: Pick<QuotaPolicy, 'tokensPerDay'>,
): CheckResult {
  const given = tokensPerDay?.[region];
  const account = findQuota(listed, TOKENS_PER_DAY)?.value;
  if (account !== undefined && account <= 0) {
    const found = `the quota "${TOKENS_PER_DAY.name}" is 0`;
    return { level: 'bad', found, fix: 'open a support case, because it is not adjustable' };
  }
  const value = given ?? account;
  if (value === undefined) {
    const found = 'the tokens per day are not known, so the use of a day is not compared with them';
    const fix = `look up "${TOKENS_PER_DAY.name}" in Service Quotas, and set quotas.tokensPerDay`;
    return { level: 'warning', found, fix };
  }
  if (given !== undefined && account !== undefined && given > account) {
    const found = `the settings give ${given} tokens per day, and the account has ${account}`;
    const fix = `set quotas.tokensPerDay["${region}"] to ${account} or less`;
    return { level: 'warning', found, fix };
  }
  const source = given === undefined ? 'Service Quotas' : 'the settings';
  return { level: 'good', found: `the quota is ${value} tokens per day (${source})` };
}
