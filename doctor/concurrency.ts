import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { Settings } from '../lambda/contract/policy.ts';
import { ask } from './ask.ts';
import type { Finding } from './finding.ts';
import { LIST_QUOTAS, listQuotas } from './quota-list.ts';

const QUOTA = 'Concurrent executions';

/** Workers share the account's concurrency with every other function of the region. */
export function checkConcurrency(
  client: ServiceQuotasClient,
  region: string,
  { jobs: { workerConcurrency } }: Settings,
): Promise<readonly Finding[]> {
  const finding = { check: 'concurrency', subject: region } as const;
  return ask({ ...finding, action: LIST_QUOTAS }, async (signal) => {
    const quotas = await listQuotas(client, 'lambda', signal);
    const quota = quotas.find(({ name }) => name === QUOTA);
    const workers = `workers take up to ${workerConcurrency}`;
    if (quota === undefined) {
      const found = `no quota named ${QUOTA}; ${workers}`;
      const fix = 'compare with the Lambda page of Service Quotas';
      return [{ ...finding, level: 'warning', found, fix }];
    }
    const found = `${quota.value} functions at once in this account, ${workers}`;
    if (quota.value > workerConcurrency) return [{ ...finding, level: 'good', found }];
    const fix =
      `ask for more "${QUOTA}" of Lambda, or lower jobs.workerConcurrency: ` +
      'none is left to take requests';
    return [{ ...finding, level: 'warning', found, fix }];
  });
}
