import { APIGatewayClient } from '@aws-sdk/client-api-gateway';
import { CloudFormationClient } from '@aws-sdk/client-cloudformation';
import { SSMClient } from '@aws-sdk/client-ssm';
import { STSClient } from '@aws-sdk/client-sts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { TenantKey } from './api-proxy.ts';
import { type Clock, systemClock } from './clock.ts';
import { explainFailure, failureKind } from './failure.ts';
import { type Credentials, createSignedFetch } from './signed-fetch.ts';
import { type Outputs, readAccount, readApiKey, readOutputs, readSettings } from './stack-reads.ts';
import { withinLimit } from './time-limit.ts';

export interface StackOptions {
  /** The name of the stack. */
  readonly stack: string;
  /** A profile of the AWS configuration. @default that of the environment */
  readonly profile?: string;
  /** @default that of the profile or of the environment */
  readonly region?: string;
  /** The address of the API, for example under a domain of your own. @default the stack's output */
  readonly apiUrl?: string;
  /** The value of an API key. @default the stack's first key, read from API Gateway */
  readonly apiKey?: string;
}

export interface ClientOptions {
  readonly region: string;
  readonly credentials: () => Promise<Credentials>;
}

/** A deployed stack: its addresses, and what is needed to call it as a tenant and as an operator. */
export interface StackConnection {
  readonly stack: string;
  readonly region: string;
  /** The id of the AWS account. */
  readonly account: string;
  /** Without a slash at the end. */
  readonly apiUrl: string;
  /** Empty if the key could not be read. */
  readonly tenants: readonly TenantKey[];
  /** Signs requests to the operators' routes. */
  readonly signedFetch: typeof fetch;
  /** Absent if they could not be read. */
  readonly settings?: Settings;
  readonly outputs: Outputs;
  /** The options of further clients of AWS. */
  readonly clientOptions: {
    readonly region: string;
    readonly credentials: () => Promise<Credentials>;
  };
  /** What could not be read, one line each. The stack can be used without it. */
  readonly warnings: readonly string[];
}

/** The reason why a stack cannot be used. The message is one line that says what to do. */
export class ConnectionError extends Error {
  override readonly name = 'ConnectionError';
  readonly kind: 'usage' | 'not-found' | 'refused' | 'unreachable';

  constructor(kind: ConnectionError['kind'], message: string) {
    super(message);
    this.kind = kind;
  }
}

const LIMIT_MS = 10_000;

/** Finds a deployed stack. Rejects with a `ConnectionError`. */
export async function connectToStack(
  options: StackOptions,
  clock: Clock = systemClock,
): Promise<StackConnection> {
  const { stack, profile, region: chosen } = options;
  const sts = new STSClient({ ...(profile && { profile }), ...(chosen && { region: chosen }) });
  const region = await regionOf(sts);
  // The client keeps the credentials until shortly before they expire.
  const clientOptions = { region, credentials: () => sts.config.credentials() };
  const query: Query = (action, work) =>
    withinLimit(work, LIMIT_MS, clock).catch((error: unknown) => {
      throw new ConnectionError(failureKind(error), explainFailure(error, action));
    });

  const account = await query('sts:GetCallerIdentity', (signal) => readAccount(sts, signal));
  const cloudFormation = new CloudFormationClient(clientOptions);
  const outputs = await query('cloudformation:DescribeStacks', (signal) =>
    readOutputs(cloudFormation, stack, signal),
  );
  if (!outputs) {
    const message = `no stack ${stack} in account ${account}, region ${region}: check --stack, --region and --profile`;
    throw new ConnectionError('not-found', message);
  }
  if (!outputs.ApiUrl) {
    const message = `the stack ${stack} is no Holdfast stack: it has no output ApiUrl`;
    throw new ConnectionError('not-found', message);
  }
  return {
    stack,
    region,
    account,
    apiUrl: (options.apiUrl ?? outputs.ApiUrl).replace(/\/$/, ''),
    signedFetch: createSignedFetch(clientOptions),
    outputs,
    clientOptions,
    ...(await readExtras(query, outputs, clientOptions, options.apiKey)),
  };
}

type Query = <Value>(
  action: string,
  work: (signal: AbortSignal) => Promise<Value>,
) => Promise<Value>;

/** Reads the settings and the key. Without one of them, a warning says what cannot be done. */
async function readExtras(
  query: Query,
  { SettingsParameterName = '', ApiKeyId = '' }: Outputs,
  clientOptions: ClientOptions,
  givenKey: string | undefined,
): Promise<Pick<StackConnection, 'settings' | 'tenants' | 'warnings'>> {
  const warnings: string[] = [];
  const orWarn = <Value>(reading: Promise<Value>, consequence: string) =>
    reading.catch((error: ConnectionError) => {
      warnings.push(`${error.message}; ${consequence}`);
      return undefined;
    });
  const settings = orWarn(
    query('ssm:GetParameter', (signal) =>
      readSettings(new SSMClient(clientOptions), SettingsParameterName, signal),
    ),
    'the chains are not shown',
  );
  const apiKey =
    givenKey ??
    orWarn(
      query('apigateway:GET', (signal) =>
        readApiKey(new APIGatewayClient(clientOptions), ApiKeyId, signal),
      ),
      'set HOLDFAST_API_KEY to submit jobs',
    );
  const [known, key] = await Promise.all([settings, apiKey]);
  const keyId = givenKey === undefined ? ApiKeyId : 'HOLDFAST_API_KEY';
  return {
    ...(known && { settings: known }),
    tenants: key ? [{ tenant: known?.tenants[keyId] ?? keyId, apiKey: key }] : [],
    warnings,
  };
}

async function regionOf({ config }: STSClient): Promise<string> {
  try {
    return await config.region();
  } catch {
    throw new ConnectionError('usage', 'no AWS region: pass --region, or set AWS_REGION');
  }
}
