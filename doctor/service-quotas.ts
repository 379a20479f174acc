import {
  paginateListServiceQuotas,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';
import { GLOBAL_GEOGRAPHY, profileOf } from '../lambda/contract/geography.ts';
import type { Target } from '../lambda/contract/policy.ts';

/** A quota, as Service Quotas lists it. */
export interface Quota {
  readonly name: string;
  readonly value: number;
}

/** The IAM action that `listQuotas` needs. */
export const LIST_QUOTAS = 'servicequotas:ListServiceQuotas';

/** Lists the quotas of one service (`bedrock`, `lambda`) in the client's region. */
export async function listQuotas(
  client: ServiceQuotasClient,
  ServiceCode: string,
  abortSignal: AbortSignal,
): Promise<readonly Quota[]> {
  const quotas: Quota[] = [];
  const pages = paginateListServiceQuotas(
    { client, pageSize: 100 },
    { ServiceCode },
    { abortSignal },
  );
  for await (const { Quotas = [] } of pages) {
    for (const { QuotaName: name, Value: value } of Quotas) {
      if (name !== undefined && value !== undefined) quotas.push({ name, value });
    }
  }
  return quotas;
}

/**
 * Finds the quota that limits the calls of a target. The codes of Bedrock's quotas are not published,
 * so the quota is found by its name: `Cross-region model inference tokens per minute for Anthropic
 * Claude Sonnet 4.5 V1`. Returns `undefined` unless exactly one name has the words of the model's id.
 */
export function quotaOf(
  quotas: readonly Quota[],
  target: Target,
  unit: 'tokens' | 'requests',
): Quota | undefined {
  const { model, geography } = profileOf(target);
  const words = wordsOf(model.replace(/:\d+$/, '').replace(/-\d{8}(?=-|$)/, ''));
  const found = quotas.filter(({ name }) => {
    const [, scope, counted, named = ''] = QUOTA_NAME.exec(name) ?? [];
    return scope === scopeOf(geography) && counted === unit && wordsOf(named) === words;
  });
  return found.length === 1 ? found[0] : undefined;
}

const QUOTA_NAME =
  /^(On-demand|Cross-region|Global cross-region) model inference (tokens|requests) per minute for (.+)$/;

function scopeOf(geography: string | undefined): string {
  if (geography === undefined) return 'On-demand';
  return geography === GLOBAL_GEOGRAPHY ? 'Global cross-region' : 'Cross-region';
}

/** Returns the sorted words and numbers of a name: AWS writes both `3.5 Haiku` and `Haiku 4.5`. */
function wordsOf(name: string): string {
  const withoutVersion = name.toLowerCase().replace(/[ -]v1$/, '');
  return (withoutVersion.match(/[a-z]+|\d+/g) ?? []).sort().join(' ');
}
