import type { Snapshot } from '../../contract/snapshot.ts';
import { sum } from './recent-traffic.ts';

/**
 * Returns the curl line that submits a first job to the embedded run, or undefined if there were jobs
 * in the last 15 minutes. A deployed stack has keys that the page does not know.
 */
export function firstJobCommand({ instance, series, queues }: Snapshot): string | undefined {
  const accepted = sum(series?.value.jobs.accepted ?? []);
  const { queued = 0, running = 0, deferred = 0 } = queues?.value ?? {};
  if (instance.kind !== 'laptop' || accepted + queued + running + deferred > 0) return undefined;
  return `curl ${instance.apiUrl}/jobs -H 'x-api-key: local' -d '{"prompt": "Hello"}'`;
}
