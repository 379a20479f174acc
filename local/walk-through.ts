import { chainOf, defaultChain } from '../lambda/contract/chains.ts';
import { type Settings, type Target, targetKey } from '../lambda/contract/policy.ts';
import type { EmbeddedRun } from './embedded-run.ts';
import { REGION } from './resources.ts';

/** The parts of an embedded run that `npm start` prints. */
type Printed = Pick<
  EmbeddedRun,
  'apiUrl' | 'awsUrl' | 'bedrockUrl' | 'apiKeys' | 'operator' | 'outputs' | 'warnings'
> & { readonly bedrock?: unknown };

/** Outputs that are not listed: the API's are printed above, and the others do not run here. */
const OMITTED_OUTPUTS: ReadonlySet<string> = new Set([
  'ApiUrl',
  'ApiKeyId',
  'AlarmTopicArn',
  'DashboardName',
]);

/** Returns the text of `npm start`: addresses, commands to copy, resource names and warnings. */
export function walkThrough(run: Printed, settings: Settings, readyMs: number): string {
  const [apiKey = '', ...otherKeys] = run.apiKeys.map(({ value }) => value);
  const others = otherKeys.map((key) => `, ${key} (another tenant)`).join('');
  return `Holdfast is up after ${(readyMs / 1000).toFixed(1)} s. It runs on this machine only. Ctrl-C stops it and discards its data.

  API      ${run.apiUrl}  key: ${apiKey}${others}
  Bedrock  ${run.bedrockUrl}${run.bedrock ? `  fake; ${run.bedrockUrl}/_control explains its faults` : ''}
  AWS      ${run.awsUrl}  DynamoDB, S3, SQS, SSM, EventBridge

${commands(run, apiKey, settings)}
The commands in docs/ need these variables in your shell, and use these names:
${names(run)}${run.warnings.map((warning) => `\nWARNING: ${warning}\n`).join('')}`;
}

function commands(run: Printed, apiKey: string, settings: Settings): string {
  const key = `-H 'x-api-key: ${apiKey}'`;
  const json = "-H 'content-type: application/json'";
  const submit = `Submit a job, then read it with the jobId from the response:
  curl -s ${run.apiUrl}/jobs ${key} ${json} -d '{"prompt":"Why do ships have anchors?"}'
  curl -s '${run.apiUrl}/jobs/JOB_ID?wait=5' ${key}
`;
  const circuits = `See the circuits:
  curl -s ${run.apiUrl}/health ${key}
`;
  return [
    submit,
    ...(run.bedrock ? [outage(run.bedrockUrl, settings)] : []),
    circuits,
    override(run, json, settings),
  ].join('\n');
}

/** Throttles the whole first tier of the default chain, so that its circuits open after a few failed calls. */
function outage(bedrockUrl: string, settings: Settings): string {
  const primary = primaryTargets(settings);
  const faults = primary.map(({ region, modelId }) => ({
    region,
    model: modelId,
    fault: 'throttle-minute',
  }));
  const control = `${bedrockUrl}/_control/faults`;
  return `Break the primary models, and submit more jobs:
  curl -s -X PUT ${control} -d '${JSON.stringify(faults)}'

Repair them:
  curl -s -X DELETE ${control}
`;
}

/** Returns the targets of the first tier that serves a job without `chain`. */
function primaryTargets(settings: Settings): readonly Target[] {
  return chainOf(settings, defaultChain(settings))?.tiers[0]?.targets ?? [];
}

/** Returns a command that sets an override. curl signs the request, from version 7.75 on. */
function override({ apiUrl, operator }: Printed, json: string, settings: Settings): string {
  const [target] = primaryTargets(settings);
  const key = encodeURIComponent(target ? targetKey(target) : '');
  const user = `${operator.accessKeyId}:${operator.secretAccessKey}`;
  const body = { mode: 'force-open', reason: 'trying it out', expiresInSeconds: 600 };
  return `Force the first target's circuit open for ten minutes, as an operator (DELETE ends the override):
  curl -s -X PUT --aws-sigv4 aws:amz:${REGION}:execute-api --user ${user} ${json} -d '${JSON.stringify(body)}' ${apiUrl}/admin/overrides/target/${key}
`;
}

function names({ apiUrl, awsUrl, apiKeys, operator, outputs }: Printed): string {
  const shown = Object.entries(outputs).filter(([name]) => !OMITTED_OUTPUTS.has(name));
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  return `  export AWS_ACCESS_KEY_ID=${operator.accessKeyId} AWS_SECRET_ACCESS_KEY=${operator.secretAccessKey} AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}
  export AWS_ENDPOINT_URL=${awsUrl} API_URL=${apiUrl} API_KEY=${apiKeys[0]?.value}
${shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join('')}`;
}
