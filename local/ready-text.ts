import type { EmbeddedRun } from './embedded-run.ts';
import { REGION } from './resources.ts';

/** The parts of an embedded run that `npm start` prints. */
type Printed = Pick<
  EmbeddedRun,
  'apiUrl' | 'awsUrl' | 'bedrockUrl' | 'apiKeys' | 'operator' | 'outputs' | 'warnings'
>;

/** Outputs that are not listed: the API's are printed above, and the others do not run here. */
const OMITTED_OUTPUTS: ReadonlySet<string> = new Set([
  'ApiUrl',
  'ApiKeyId',
  'AlarmTopicArn',
  'DashboardName',
]);

const PROMPT = 'Why do ships have anchors?';

/** Returns the first lines of `npm start`: where to look, and what to type. */
export function readyText(run: Printed, readyMs: number, logPath: string | undefined): string {
  const key = run.apiKeys[0]?.value ?? '';
  const body = JSON.stringify({ prompt: PROMPT });
  return `Holdfast is ready after ${(readyMs / 1000).toFixed(1)} s. It runs on this machine only.

  Look    ${new URL('/', run.apiUrl)}
  Submit  npx holdfast submit "${PROMPT}" --wait
  or      curl -s ${run.apiUrl}/jobs -H 'x-api-key: ${key}' -H 'content-type: application/json' -d '${body}'
${logPath === undefined ? '' : `  Log     ${logPath}\n`}
Ctrl-C stops it and discards its data. With \`npm start -- --verbose\`, it prints the names and variables that docs/ use.
${run.warnings.map((warning) => `\nWARNING: ${warning}\n`).join('')}
`;
}

/** Returns the addresses, keys, variables and resource names that the commands in docs/ use. */
export function namesText(run: Printed): string {
  const { apiUrl, awsUrl, bedrockUrl, apiKeys, operator, outputs } = run;
  const shown = Object.entries(outputs).filter(([name]) => !OMITTED_OUTPUTS.has(name));
  const width = Math.max(0, ...shown.map(([name]) => name.length));
  const keys = apiKeys.map(({ value }) => value).join(', ');
  return `  API      ${apiUrl}  keys, one per tenant: ${keys}
  Bedrock  ${bedrockUrl}
  AWS      ${awsUrl}  DynamoDB, S3, SQS, SSM, EventBridge, CloudWatch Logs

The commands in docs/ need these variables in your shell, and use these names:
  export AWS_ACCESS_KEY_ID=${operator.accessKeyId} AWS_SECRET_ACCESS_KEY=${operator.secretAccessKey} AWS_REGION=${REGION} AWS_DEFAULT_REGION=${REGION}
  export AWS_ENDPOINT_URL=${awsUrl} AWS_ENDPOINT_URL_SERVICE_QUOTAS=${bedrockUrl} API_URL=${apiUrl} API_KEY=${apiKeys[0]?.value}
${shown.map(([name, value]) => `  ${name.padEnd(width)}  ${value}\n`).join('')}
`;
}
