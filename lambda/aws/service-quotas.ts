import { paginateListServiceQuotas, ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { ListedQuota } from '../contract/quota-names.ts';
import type { AccountQuotas } from '../core/admission/account-quotas.ts';
import { createClient } from './sdk-client.ts';

/** The IAM action that `listQuotas` needs. */
export const LIST_QUOTAS = 'servicequotas:ListServiceQuotas';

/** Lists the quotas of one service (`bedrock`, `lambda`) in the client's region. */
export async function listQuotas(
  client: ServiceQuotasClient,
  ServiceCode: string,
  abortSignal?: AbortSignal,
): Promise<readonly ListedQuota[]> {
  const quotas: ListedQuota[] = [];
  const pages = paginateListServiceQuotas(
    { client, pageSize: 100 },
    { ServiceCode },
    { abortSignal },
  );
  for await (const { Quotas = [] } of pages) {
    for (const { QuotaCode: code = '', QuotaName: name, Value: value } of Quotas) {
      if (name !== undefined && value !== undefined) quotas.push({ code, name, value });
    }
  }
  return quotas;
}

/** Lists the quotas of Bedrock in the account of the caller, with one client per region. */
export class BedrockQuotas implements AccountQuotas {
  readonly #clients = new Map<string, ServiceQuotasClient>();

  async list(region: string): Promise<readonly ListedQuota[]> {
    const client =
      this.#clients.get(region) ??
      createClient((options) => new ServiceQuotasClient({ ...options, region }));
    this.#clients.set(region, client);
    return listQuotas(client, 'bedrock');
  }
}
