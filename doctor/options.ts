import { parseArgs } from 'node:util';

export interface DoctorOptions {
  readonly help: boolean;
  /** Prints one JSON document. */
  readonly json: boolean;
  /** @default holdfast.config.ts of this folder */
  readonly configFile?: string;
  /** @default the region that the AWS CLI would use */
  readonly region?: string;
  /** @default the credentials that the AWS CLI would use */
  readonly profile?: string;
  /** The name of a deployed stack. @default no stack is checked */
  readonly stack?: string;
  /** The concurrency that a deploy reserves for waiting requests. @default none */
  readonly statusConcurrency?: number;
  /** True if a deploy makes the role with which API Gateway writes access logs. */
  readonly gatewayLogRole: boolean;
  /** True: proves each capability of each target with a call. */
  readonly capabilities: boolean;
  /** A fake Bedrock to check instead of an AWS account. @default Bedrock in AWS */
  readonly bedrockEndpoint?: string;
}

export const USAGE = `Checks for problems that would keep a deployment from serving. It makes one real call of one token
to each target of the chains; every other check only reads.

  holdfast doctor [--json] [--config FILE] [--stack NAME] [--capabilities]

Options:
  -c, --config FILE       the settings, .ts or .json (default: holdfast.config.ts of this folder)
  --region REGION         the region of the stack (default: as the AWS CLI finds it)
  --profile NAME          the profile with the credentials (default: as the AWS CLI finds them)
  --stack NAME            also checks the deployed stack
  --status-concurrency N  the reserved concurrency that you deploy with (default: none)
  --gateway-log-role      you deploy with gatewayLogRole, which sets API Gateway's log role
  --capabilities          proves what each target can do, with up to nine small calls that cost cents
  --bedrock-endpoint URL  checks only this fake Bedrock, and no AWS account
  --json                  prints one JSON document
  --help                  prints this text

Exit code: 0, or 1 if anything is bad, or 2 if the command line is not valid.
`;

/** Thrown for a command line that is not valid. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

export function parseOptions(args: readonly string[]): DoctorOptions {
  const { values, positionals } = parse(args);
  const { help = false, json = false, capabilities = false } = values;
  const { config, region, profile, stack } = values;
  if (!help && positionals.join(' ') !== 'doctor') {
    throw new UsageError(`command: got ${positionals.join(' ') || 'none'}, allowed is doctor`);
  }
  const bedrockEndpoint = values['bedrock-endpoint'];
  const statusConcurrency = values['status-concurrency'];
  const gatewayLogRole = values['gateway-log-role'];
  if (bedrockEndpoint !== undefined) {
    const others = {
      region,
      profile,
      stack,
      'status-concurrency': statusConcurrency,
      'gateway-log-role': gatewayLogRole,
    };
    checkEndpoint(bedrockEndpoint, others);
  }
  return {
    help,
    json,
    capabilities,
    gatewayLogRole: gatewayLogRole ?? false,
    ...(config !== undefined && { configFile: config }),
    ...(region !== undefined && { region }),
    ...(profile !== undefined && { profile }),
    ...(stack !== undefined && { stack }),
    ...(statusConcurrency !== undefined && { statusConcurrency: countOf(statusConcurrency) }),
    ...(bedrockEndpoint !== undefined && { bedrockEndpoint }),
  };
}

/**
 * The environment variables that the options set or remove. Every SDK client reads them. A fake
 * Bedrock is called with the key of the embedded run, so that it never sees real credentials.
 */
export function environmentOf({
  region,
  profile,
  bedrockEndpoint,
}: DoctorOptions): Readonly<Record<string, string | undefined>> {
  return {
    ...(region !== undefined && { AWS_REGION: region }),
    // The SDK warns if both keys and a profile are set. The option chooses the profile.
    ...(profile !== undefined && { AWS_PROFILE: profile, ...NO_KEYS }),
    ...(bedrockEndpoint !== undefined && {
      AWS_ENDPOINT_URL_BEDROCK_RUNTIME: bedrockEndpoint,
      AWS_ENDPOINT_URL_BEDROCK: bedrockEndpoint,
      AWS_PROFILE: undefined,
      ...NO_KEYS,
      AWS_ACCESS_KEY_ID: 'local',
      AWS_SECRET_ACCESS_KEY: 'local',
    }),
  };
}

const NO_KEYS = {
  AWS_ACCESS_KEY_ID: undefined,
  AWS_SECRET_ACCESS_KEY: undefined,
  AWS_SESSION_TOKEN: undefined,
};

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        config: { type: 'string', short: 'c' },
        region: { type: 'string' },
        profile: { type: 'string' },
        stack: { type: 'string' },
        'status-concurrency': { type: 'string' },
        'gateway-log-role': { type: 'boolean' },
        'bedrock-endpoint': { type: 'string' },
        capabilities: { type: 'boolean' },
        json: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error: unknown) {
    const reason = error instanceof Error ? error.message.split(/[.\n]/)[0] : error;
    throw new UsageError(`${reason}; --help lists the options`);
  }
}

function countOf(text: string): number {
  if (/^[1-9]\d{0,4}$/.test(text)) return Number(text);
  throw new UsageError(`--status-concurrency: got ${text}, allowed is a whole number from 1`);
}

function checkEndpoint(
  endpoint: string,
  accountOptions: Readonly<Record<string, string | boolean | undefined>>,
): void {
  if (!URL.canParse(endpoint)) {
    throw new UsageError(`--bedrock-endpoint: got ${endpoint}, allowed is an http(s) URL`);
  }
  const other = Object.keys(accountOptions).find((name) => accountOptions[name] !== undefined);
  if (other !== undefined) {
    throw new UsageError(
      `--bedrock-endpoint: got --${other} too, allowed is none of ${Object.keys(accountOptions)
        .map((name) => `--${name}`)
        .join(', ')}`,
    );
  }
}
