import { healthView } from '../lambda/contract/schemas/health-view.ts';
import { queryAws } from './aws-query.ts';
import type { Finding } from './finding.ts';

const healthStatus = healthView.pick({ status: true });

/** Calls /v1/health with an API key, as a caller does. */
export function checkApi(apiUrl: string, apiKey: string): Promise<readonly Finding[]> {
  const url = `${apiUrl.replace(/\/$/, '')}/health`;
  const finding = { check: 'api', subject: url } as const;
  return queryAws({ ...finding, action: 'execute-api:Invoke' }, async (signal) => {
    const response = await fetch(url, { headers: { 'x-api-key': apiKey }, signal });
    const { status, ok } = response;
    if (status === 403) {
      const fix =
        'set HOLDFAST_API_KEY to the value of the API key whose id is the output ApiKeyId';
      return [{ ...finding, level: 'bad', found: 'the API refuses the key (HTTP 403)', fix }];
    }
    const health = healthStatus.safeParse(await response.json().catch(() => undefined));
    if (!ok || !health.success) {
      const found = ok ? `HTTP ${status} without a health status` : `HTTP ${status}`;
      const fix = 'read the log of the request function and docs/runbook.md';
      return [{ ...finding, level: 'bad', found, fix }];
    }
    const found = health.data.status;
    if (found === 'healthy') return [{ ...finding, level: 'good', found }];
    const fix =
      'call this URL to see which targets are open or disabled, then read docs/runbook.md';
    return [{ ...finding, level: found === 'degraded' ? 'warning' : 'bad', found, fix }];
  });
}
