import { healthView } from '../lambda/contract/schemas/health-view.ts';
import { ask } from './ask.ts';
import type { Finding } from './finding.ts';

const standing = healthView.pick({ status: true });

/** Asks /v1/health as a caller does. */
export function checkApi(apiUrl: string, apiKey: string): Promise<readonly Finding[]> {
  const url = `${apiUrl.replace(/\/$/, '')}/health`;
  const finding = { check: 'api', subject: url } as const;
  return ask({ ...finding, action: 'execute-api:Invoke' }, async (signal) => {
    const response = await fetch(url, { headers: { 'x-api-key': apiKey }, signal });
    const { status, ok } = response;
    if (status === 403) {
      const fix = 'set HOLDFAST_API_KEY to the value of the key in output ApiKeyId';
      return [{ ...finding, level: 'bad', found: 'the key is refused', fix }];
    }
    const said = standing.safeParse(await response.json().catch(() => undefined));
    if (!ok || !said.success) {
      const fix = "look at the request function's log and at docs/runbook.md";
      return [{ ...finding, level: 'bad', found: `status ${status}`, fix }];
    }
    const found = said.data.status;
    if (found === 'healthy') return [{ ...finding, level: 'good', found }];
    const fix = 'see in its answer what is open or disabled, and docs/runbook.md';
    return [{ ...finding, level: found === 'degraded' ? 'warning' : 'bad', found, fix }];
  });
}
