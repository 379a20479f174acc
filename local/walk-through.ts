import type { Settings } from '../lambda/contract/policy.ts';
import type { FakeBedrock } from './bedrock/fake-bedrock.ts';
import type { EmbeddedRun } from './embedded-run.ts';

/** What `npm start` prints: where everything is, and an outage to copy and paste. */
export function walkThrough(
  run: Pick<EmbeddedRun, 'apiUrl' | 'apiKeys' | 'endpoints'> & {
    readonly bedrock?: Pick<FakeBedrock, 'url'>;
  },
  settings: Settings,
  readyMs: number,
): string {
  const { apiUrl, apiKeys, bedrock, endpoints } = run;
  const [key, ...otherKeys] = apiKeys.map(({ value }) => value);
  const withKey = `-H 'x-api-key: ${key}'`;
  const others = otherKeys.length > 0 ? ` (${otherKeys.join(', ')}: another tenant)` : '';
  return `Holdfast is up after ${(readyMs / 1000).toFixed(1)} s, on this machine alone; it keeps nothing when it stops.

  API      ${apiUrl}
  key      ${key}${others}
  Bedrock  ${endpoints.bedrockRuntime}${bedrock ? ' (fake)' : ''}
  AWS      ${endpoints.sqs} (SQS, S3, DynamoDB, SSM; access key id: local)

Submit a job:
  curl -s ${apiUrl}/jobs ${withKey} -H 'content-type: application/json' -d '{"prompt":"Why do ships have anchors?"}'

Ask for it, with the jobId of the answer:
  curl -s ${apiUrl}/jobs/JOB_ID ${withKey}
${bedrock ? outage(bedrock.url, settings) : ''}
See what the circuits know:
  curl -s ${apiUrl}/health ${withKey}

Ctrl-C stops it.
`;
}

/** Throttles the whole first tier, which the circuits notice after a few failed jobs. */
function outage(bedrockUrl: string, { tiers }: Settings): string {
  const primary = tiers[0]?.targets ?? [];
  const faults = primary.map(({ region, modelId }) => ({
    region,
    model: modelId,
    fault: 'throttle-minute',
  }));
  const control = `${bedrockUrl}/_control/faults`;
  return `
Break the primary models, then submit more jobs:
  curl -s -X PUT ${control} -d '${JSON.stringify(faults)}'

Heal them:
  curl -s -X DELETE ${control}
`;
}
