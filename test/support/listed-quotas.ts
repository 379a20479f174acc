import type { Target } from '../../lambda/contract/policy.ts';
import {
  type ListedQuota,
  type QuotaUnit,
  quotaNameOf,
  TOKENS_PER_DAY,
} from '../../lambda/contract/quota-names.ts';

export const HAIKU = {
  region: 'us-east-1',
  modelId: 'us.anthropic.claude-haiku-4-5-20251001-v1:0',
};
export const SONNET_5 = { region: 'us-east-1', modelId: 'us.anthropic.claude-sonnet-5' };

export const TOKENS_OF_A_DAY: ListedQuota = { ...TOKENS_PER_DAY, value: 700_000_000 };

/** Returns the target's quota as Service Quotas lists it. */
export function listedQuota(target: Target, unit: QuotaUnit, value: number): ListedQuota {
  const { name = '', code = 'L-0' } = quotaNameOf(target, unit) ?? {};
  return { code, name, value };
}
