import type { ServiceQuotasClient } from '@aws-sdk/client-service-quotas';
import { LIST_QUOTAS, listQuotas } from '../lambda/aws/service-quotas.ts';
import { LONGEST_WAIT_SECONDS } from '../lambda/contract/longest-wait.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import { queryAws } from './aws-query.ts';
import type { CheckResult, Finding } from './finding.ts';

const QUOTA = 'Concurrent executions';

/** Lambda refuses a reservation that leaves less than this to the functions without one. */
const LEAST_UNRESERVED = 100;

/**
 * Checks that busy workers and waiting requests leave some of the account's concurrency to other
 * functions. `statusConcurrency` is the concurrency that the deploy reserves for waiting requests.
 */
export function checkConcurrency(
  client: ServiceQuotasClient,
  region: string,
  settings: Settings,
  statusConcurrency?: number,
): Promise<readonly Finding[]> {
  const finding = { check: 'concurrency', subject: region } as const;
  return queryAws({ ...finding, action: LIST_QUOTAS }, async (signal) => {
    const quotas = await listQuotas(client, 'lambda', signal);
    const quota = quotas.find(({ name }) => name === QUOTA)?.value;
    return [{ ...finding, ...resultOf(quota, settings, statusConcurrency) }];
  });
}

function resultOf(
  quota: number | undefined,
  { jobs: { workerConcurrency: workers }, api }: Settings,
  reserved: number | undefined,
): CheckResult {
  const waiters = reserved ?? Math.ceil(api.keyRequestsPerSecond * LONGEST_WAIT_SECONDS.shared);
  const needed = workers + waiters;
  const demand =
    `workers use up to ${workers}, and ` +
    (reserved === undefined
      ? `requests that wait use up to ${waiters} (one key, ${api.keyRequestsPerSecond} requests per second x ${LONGEST_WAIT_SECONDS.shared} s)`
      : `${reserved} are reserved for requests that wait`);
  if (quota === undefined) {
    const found = `the quota "${QUOTA}" of Lambda was not found`;
    const fix = `look it up on the Lambda page of Service Quotas; it must be above ${needed}, because ${demand}`;
    return { level: 'warning', found, fix };
  }
  const found = `the quota is ${quota} concurrent executions; ${demand}`;
  if (reserved !== undefined && quota < reserved + LEAST_UNRESERVED) {
    const fix = `deploy without statusConcurrency, or request a quota "${QUOTA}" of Lambda of at least ${reserved + LEAST_UNRESERVED}, because ${LEAST_UNRESERVED} must stay unreserved`;
    return { level: 'bad', found, fix };
  }
  if (quota > needed) return { level: 'good', found };
  const reserve =
    reserved === undefined && quota > LEAST_UNRESERVED
      ? ', or reserve a part of it with statusConcurrency'
      : '';
  const fix = `request a quota "${QUOTA}" of Lambda above ${needed}, or lower api.keyRequestsPerSecond and jobs.workerConcurrency${reserve}`;
  return { level: 'warning', found: `${found}, which may leave none for other requests`, fix };
}
