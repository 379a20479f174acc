import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import type { SQSClient } from '@aws-sdk/client-sqs';
import type { SSMClient } from '@aws-sdk/client-ssm';
import { checkApi } from './api.ts';
import { ask } from './ask.ts';
import { checkDeadLetters } from './dead-letters.ts';
import type { Finding, Verdict } from './finding.ts';
import { checkParameter } from './parameter.ts';

export interface StackClients {
  readonly cloudFormation: CloudFormationClient;
  readonly ssm: SSMClient;
  readonly sqs: SQSClient;
}

export interface DeployedStack {
  readonly name: string;
  /** With it the API's health is asked, too. */
  readonly apiKey?: string;
}

/** After the deploy: the stack, and behind its outputs the settings, the dead letters, the API. */
export async function checkStack(
  { cloudFormation, ssm, sqs }: StackClients,
  { name, apiKey }: DeployedStack,
): Promise<readonly Finding[]> {
  let outputs: Outputs = new Map();
  const question = {
    check: 'stack',
    subject: name,
    action: 'cloudformation:DescribeStacks',
  } as const;
  const stack = await ask(question, async (abortSignal) => {
    const described = await describe(cloudFormation, name, abortSignal);
    outputs = described.outputs;
    return [{ check: 'stack', subject: name, ...judge(described) }];
  });
  const parameter = outputs.get('SettingsParameterName');
  const deadLetters = outputs.get('DeadLetterQueueUrl');
  const apiUrl = outputs.get('ApiUrl');
  const parts = await Promise.all([
    parameter === undefined ? [] : checkParameter(ssm, parameter),
    deadLetters === undefined ? [] : checkDeadLetters(sqs, deadLetters),
    apiUrl === undefined || apiKey === undefined ? [] : checkApi(apiUrl, apiKey),
  ]);
  return [...stack, ...parts.flat()];
}

type Outputs = ReadonlyMap<string, string>;

interface Described {
  /** Undefined for a stack that is not there. */
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
    // CloudFormation has no error of its own for a stack that is not there.
    const isMissing = error instanceof Error && error.name === 'ValidationError';
    if (isMissing) return { outputs: new Map() };
    throw error;
  }
}

function judge({ status, outputs }: Described): Verdict {
  if (status === undefined) {
    const fix = 'deploy it with `npx cdk deploy`, or check --stack, --region and --profile';
    return { level: 'bad', found: 'no such stack', fix };
  }
  if (status.endsWith('_IN_PROGRESS')) {
    return { level: 'warning', found: status, fix: 'wait for it to end, then run again' };
  }
  if (status === 'UPDATE_ROLLBACK_COMPLETE') {
    const fix = 'the stack is as before its last update; read its events for what failed';
    return { level: 'warning', found: status, fix };
  }
  if (!SERVING.has(status)) {
    const fix =
      'read its events for what failed; one that never was complete has to be deleted first';
    return { level: 'bad', found: status, fix };
  }
  if (outputs.has('ApiUrl')) return { level: 'good', found: status };
  const fix = 'name the stack that Holdfast is deployed as';
  return { level: 'bad', found: `${status}, and has no output ApiUrl`, fix };
}

const SERVING: ReadonlySet<string> = new Set([
  'CREATE_COMPLETE',
  'UPDATE_COMPLETE',
  'IMPORT_COMPLETE',
  'IMPORT_ROLLBACK_COMPLETE',
]);
