export interface DoctorOptions {
  /** The settings file. @default holdfast.config.ts of this folder */
  readonly config?: string;
  /** @default the region that the AWS CLI would use */
  readonly region?: string;
  /** @default the credentials that the AWS CLI would use */
  readonly profile?: string;
  /** The name of a deployed stack. @default no stack is checked */
  readonly stack?: string;
  /** The concurrency that a deploy reserves for waiting requests. @default none */
  readonly statusConcurrency?: number;
  /** True if a deploy makes the role with which API Gateway writes access logs. @default false */
  readonly gatewayLogRole?: boolean;
  /** True: proves each capability of each target with a call. @default false */
  readonly capabilities?: boolean;
  /** A fake Bedrock to check instead of an AWS account. @default Bedrock in AWS */
  readonly bedrockEndpoint?: string;
}

/** Thrown for options that are not valid. The message is one line. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Refuses options of an AWS account beside a fake Bedrock. */
export function checkOptions({
  bedrockEndpoint,
  region,
  profile,
  stack,
  statusConcurrency,
  gatewayLogRole,
}: DoctorOptions): void {
  if (bedrockEndpoint === undefined) return;
  if (!URL.canParse(bedrockEndpoint)) {
    throw new UsageError(`--bedrock-endpoint: got ${bedrockEndpoint}, allowed is an http(s) URL`);
  }
  const others = Object.entries({
    region,
    profile,
    stack,
    'status-concurrency': statusConcurrency,
    'gateway-log-role': gatewayLogRole,
  });
  const given = others.find(([, value]) => value !== undefined);
  if (given) {
    const names = others.map(([name]) => `--${name}`).join(', ');
    throw new UsageError(`--bedrock-endpoint: got --${given[0]} too, allowed is none of ${names}`);
  }
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
