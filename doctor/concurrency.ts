import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import type { Settings } from '../lambda/contract/policy.ts';
import { queryAws } from './aws-query.ts';
import type { Finding } from './finding.ts';
import { LIST_QUOTAS, listQuotas } from './service-quotas.ts';

const QUOTA = 'Concurrent executions';

/** Checks that the workers leave some of the account's concurrency to the region's other functions. */
export function checkConcurrency(
  client: ServiceQuotasClient,
  region: string,
  { jobs: { workerConcurrency } }: Settings,
): Promise<readonly Finding[]> {
  const finding = { check: 'concurrency', subject: region } as const;
  return queryAws({ ...finding, action: LIST_QUOTAS }, async (signal) => {
    const quotas = await listQuotas(client, 'lambda', signal);
    const quota = quotas.find(({ name }) => name === QUOTA);
    if (quota === undefined) {
      const found = `the quota "${QUOTA}" of Lambda was not found`;
      const fix = `look it up on the Lambda page of Service Quotas; it must be above ${workerConcurrency}, which the workers use`;
      return [{ ...finding, level: 'warning', found, fix }];
    }
    const found = `the quota is ${quota.value} concurrent executions, and the workers use up to ${workerConcurrency}`;
    if (quota.value > workerConcurrency) return [{ ...finding, level: 'good', found }];
    const fix = `request a higher quota "${QUOTA}" of Lambda, or lower jobs.workerConcurrency`;
    return [
      { ...finding, level: 'warning', found: `${found}, which may leave none for requests`, fix },
    ];
  });
}
