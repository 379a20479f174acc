import { type Settings, targetKey } from '../lambda/contract/policy.ts';
import type { FakeBedrock } from './bedrock/fake-bedrock.ts';
import type { EmbeddedRun } from './embedded-run.ts';
import type { Credential } from './rest-api/signature.ts';

/** What `npm start` prints: where everything is, and an outage to copy and paste. */
export function walkThrough(
  run: Pick<EmbeddedRun, 'apiUrl' | 'apiKeys' | 'operator' | 'endpoints'> & {
    readonly bedrock?: Pick<FakeBedrock, 'url'>;
  },
  settings: Settings,
  readyMs: number,
): string {
  const { apiUrl, apiKeys, operator, bedrock, endpoints } = run;
  const [key, ...otherKeys] = apiKeys.map(({ value }) => value);
  const withKey = `-H 'x-api-key: ${key}'`;
  const others = otherKeys.length > 0 ? ` (${otherKeys.join(', ')}: another tenant)` : '';
  return `Holdfast is up after ${(readyMs / 1000).toFixed(1)} s, on this machine alone; it keeps nothing when it stops.

  API      ${apiUrl}
  key      ${key}${others}
  operator ${operator.accessKeyId}, secret ${operator.secretAccessKey} (signs /admin routes by SigV4)
  Bedrock  ${endpoints.bedrockRuntime}${bedrock ? ' (fake)' : ''}
  AWS      ${endpoints.sqs} (SQS, S3, DynamoDB, SSM; access key id: local)

Submit a job:
  curl -s ${apiUrl}/jobs ${withKey} -H 'content-type: application/json' -d '{"prompt":"Why do ships have anchors?"}'

Ask for it, with the jobId of the answer:
  curl -s ${apiUrl}/jobs/JOB_ID ${withKey}
${bedrock ? outage(bedrock.url, settings) : ''}
See what the circuits know:
  curl -s ${apiUrl}/health ${withKey}

Take the first target out by hand, as an operator, for ten minutes (DELETE lifts it):
  ${overrideByCurl(apiUrl, operator, settings)}

Ctrl-C stops it.
`;
}

/** A request signed by curl itself, of version 7.75 or newer. */
function overrideByCurl(apiUrl: string, operator: Credential, { tiers }: Settings): string {
  const target = tiers[0]?.targets[0];
  const key = encodeURIComponent(target ? targetKey(target) : '');
  const user = `${operator.accessKeyId}:${operator.secretAccessKey}`;
  const body = { mode: 'force-open', reason: 'trying it out', expiresInSeconds: 600 };
  return (
    `curl -s -X PUT --aws-sigv4 aws:amz:us-east-1:execute-api --user ${user} ` +
    `-H 'content-type: application/json' -d '${JSON.stringify(body)}' ${apiUrl}/admin/overrides/target/${key}`
  );
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
