import { type APIGatewayClient, GetApiKeyCommand } from '@aws-sdk/client-api-gateway';
import { type CloudFormationClient, DescribeStacksCommand } from '@aws-sdk/client-cloudformation';
import { GetParameterCommand, type SSMClient } from '@aws-sdk/client-ssm';
import { GetCallerIdentityCommand, type STSClient } from '@aws-sdk/client-sts';
import type { Settings } from '../../lambda/contract/policy.ts';
import { parseSettings } from '../../lambda/contract/schemas/settings.ts';

export type Outputs = Readonly<Record<string, string>>;

/** Returns the id of the account. It needs no right, but valid credentials. */
export async function readAccount(client: STSClient, abortSignal: AbortSignal): Promise<string> {
  const { Account = '' } = await client.send(new GetCallerIdentityCommand({}), { abortSignal });
  return Account;
}

/** Returns undefined if the stack does not exist. */
export async function readOutputs(
  client: CloudFormationClient,
  StackName: string,
  abortSignal: AbortSignal,
): Promise<Outputs | undefined> {
  try {
    const { Stacks = [] } = await client.send(new DescribeStacksCommand({ StackName }), {
      abortSignal,
    });
    const pairs = (Stacks[0]?.Outputs ?? []).map(({ OutputKey = '', OutputValue = '' }) => [
      OutputKey,
      OutputValue,
    ]);
    return Object.fromEntries(pairs);
  } catch (error: unknown) {
    // CloudFormation has no specific error for a stack that does not exist.
    if (error instanceof Error && error.name === 'ValidationError') return undefined;
    throw error;
  }
}

/** Returns the settings in force. Rejects if they are not valid. */
export async function readSettings(
  client: SSMClient,
  Name: string,
  abortSignal: AbortSignal,
): Promise<Settings> {
  const { Parameter } = await client.send(new GetParameterCommand({ Name }), { abortSignal });
  return parseSettings(JSON.parse(Parameter?.Value ?? ''), Name);
}

/** Returns the value of a key. */
export async function readApiKey(
  client: APIGatewayClient,
  apiKey: string,
  abortSignal: AbortSignal,
): Promise<string | undefined> {
  const command = new GetApiKeyCommand({ apiKey, includeValue: true });
  return (await client.send(command, { abortSignal })).value;
}
