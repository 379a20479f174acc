import {
  paginateListServiceQuotas,
  type ServiceQuotasClient,
} from '@aws-sdk/client-service-quotas';

/** As Service Quotas tells it: a name for people and a number. */
export interface Quota {
  readonly name: string;
  readonly value: number;
}

export const LIST_QUOTAS = 'servicequotas:ListServiceQuotas';

/** The quotas in force of one service (`bedrock`, `lambda`) in the client's region. */
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
