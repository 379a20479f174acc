import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { checkApi } from './api.ts';
import { queryAws } from './aws-query.ts';
import { checkDeadLetters } from './dead-letters.ts';
import type { CheckResult, Finding } from './finding.ts';
import { checkSettingsParameter } from './settings.ts';

export interface StackClients {
  readonly cloudFormation: CloudFormationClient;
  readonly ssm: SSMClient;
  readonly sqs: SQSClient;
}

export interface DeployedStack {
  readonly name: string;
  /** The API key to call /v1/health with. @default the API is not called */
  readonly apiKey?: string;
}

/** Checks a deployed stack, and the settings, the dead letters and the API that its outputs name. */
export async function checkStack(
  { cloudFormation, ssm, sqs }: StackClients,
  { name, apiKey }: DeployedStack,
): Promise<readonly Finding[]> {
  let outputs: Outputs = new Map();
  const finding = { check: 'stack', subject: name } as const;
  const query = { ...finding, action: 'cloudformation:DescribeStacks' };
  const stack = await queryAws(query, async (abortSignal) => {
    const described = await describe(cloudFormation, name, abortSignal);
    outputs = described.outputs;
    return [{ ...finding, ...resultOf(described) }];
  });
  const parameter = outputs.get('SettingsParameterName');
  const deadLetters = outputs.get('DeadLetterQueueUrl');
  const apiUrl = outputs.get('ApiUrl');
  const parts = await Promise.all([
    parameter === undefined ? [] : checkSettingsParameter(ssm, parameter),
    deadLetters === undefined ? [] : checkDeadLetters(sqs, deadLetters),
    apiUrl === undefined || apiKey === undefined ? [] : checkApi(apiUrl, apiKey),
  ]);
  return [...stack, ...parts.flat()];
}

type Outputs = ReadonlyMap<string, string>;

interface Described {
  /** The stack's status. @default the stack does not exist */
  readonly status?: string;
  readonly outputs: Outputs;
}

async function describe(
  client: CloudFormationClient,
  StackName: string,
  abortSignal: AbortSignal,
): Promise<Described> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }), {
      abortSignal,
    });
    const { StackStatus: status = 'unknown', Outputs = [] } = Stacks[0] ?? {};
    const outputs = new Map(
      Outputs.map(({ OutputKey = '', OutputValue = '' }) => [OutputKey, OutputValue] as const),
    );
    return { status, outputs };
  } catch (error: unknown) {
    // CloudFormation has no specific error for a stack that does not exist.
    const isMissing = error instanceof Error && error.name === 'ValidationError';
    if (isMissing) return { outputs: new Map() };
    throw error;
  }
}

function resultOf({ status, outputs }: Described): CheckResult {
  if (status === undefined) {
    const fix = 'deploy it with `npx cdk deploy`, or check --stack, --region and --profile';
    return { level: 'bad', found: 'the stack does not exist in this account and region', fix };
  }
  if (status.endsWith('_IN_PROGRESS')) {
    const found = `an operation is in progress: ${status}`;
    return { level: 'warning', found, fix: 'wait until it ends, then run the doctor again' };
  }
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    const found = `the last update failed and was rolled back: ${status}`;
    const fix = "read the stack's events to find the failure, then deploy again";
    return { level: 'warning', found, fix };
  }
  if (!SERVING.has(status)) {
    const found = `the stack cannot serve: ${status}`;
    const fix =
      "read the stack's events to find the failure; if its creation failed, delete it before you deploy again";
    return { level: 'bad', found, fix };
  }
  if (outputs.has('ApiUrl')) return { level: 'good', found: status };
  const found = `${status}, but without the output ApiUrl that a Holdfast stack has`;
  return { level: 'bad', found, fix: 'pass the name of the Holdfast stack with --stack' };
}

const SERVING: ReadonlySet<string> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);
