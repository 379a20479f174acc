import { type Environment, RemovalPolicy } from 'aws-cdk-lib/core';
import { RegionInfo } from 'aws-cdk-lib/region-info';
import { targetsOf } from '../lambda/contract/chains.ts';
import type { Settings } from '../lambda/contract/policy.ts';
import { SettingsError } from '../lambda/contract/schemas/settings.ts';

/** The options of the app, given as `-c key=value` or in the `context` of cdk.json. */
export interface AppContext {
  /**
   * The path of the settings file.
   * @default holdfast.config.ts; the environment variable HOLDFAST_CONFIG overrides both
   */
  readonly config?: string;
  /**
   * The policy for the data when the stack is deleted.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /** Adapts the stack to a CloudFormation emulator. */
  readonly emulator: boolean;
  /** Makes the role with which API Gateway writes the access logs of all REST APIs of the account. */
  readonly gatewayLogRole: boolean;
  /**
   * The account to deploy to. If the credentials are for another account, synth fails.
   * @default the account of the credentials
   */
  readonly account?: string;
  /**
   * The region to deploy to. If the credentials are for another region, synth fails.
   * @default the region of the credentials
   */
  readonly region?: string;
  /**
   * The concurrency that is reserved for requests that read one job.
   * @default none
   */
  readonly statusConcurrency?: number;
  /** The origins of web pages that may call the API. @default none */
  readonly corsOrigins?: readonly string[];
}

type Given = Readonly<Record<string, unknown>>;

const KEYS = [
  'account',
  'config',
  'corsOrigins',
  'emulator',
  'gatewayLogRole',
  'region',
  'removalPolicy',
  'statusConcurrency',
] as const;

/** The keys of CDK without a colon, an at sign or a slash. All its other keys contain one. */
const KEYS_OF_CDK: readonly string[] = ['acknowledged-issue-numbers', 'cli-telemetry', 'notices'];

/** Throws a SettingsError with a line for each unknown key and each value that is not allowed. */
export function readContext(given: Given): AppContext {
  const faults = [...unknownKeys(given), ...wrongValues(given)];
  if (faults.length > 0) throw new SettingsError('context', faults);
  const text = (key: (typeof KEYS)[number]) =>
    given[key] === undefined ? undefined : String(given[key]);
  const statusConcurrency = text('statusConcurrency');
  const corsOrigins = text('corsOrigins');
  return {
    config: text('config'),
    removalPolicy: removalPolicies.find((each) => each === given.removalPolicy),
    emulator: text('emulator') === 'true',
    gatewayLogRole: text('gatewayLogRole') === 'true',
    account: text('account'),
    region: text('region'),
    ...(statusConcurrency !== undefined && { statusConcurrency: Number(statusConcurrency) }),
    ...(corsOrigins !== undefined && { corsOrigins: corsOrigins.split(',') }),
  };
}

/**
 * Returns the account and region of the stack: those of the context, or else those of the CLI's
 * credentials. If there are neither, it returns `undefined`, and the template fits any account.
 * Throws a SettingsError if context and credentials differ, or if a target is in another partition.
 */
export function environmentOf(
  context: Pick<AppContext, 'account' | 'region'>,
  credentials: Environment,
  settings: Settings,
): Environment | undefined {
  const faults = (['account', 'region'] as const).flatMap((key) => {
    const [wanted, got] = [context[key], credentials[key]];
    return wanted && got && wanted !== got
      ? [`${key}: got ${got} from the credentials, allowed is ${wanted} as in the context`]
      : [];
  });
  const { account = credentials.account, region = account && credentials.region } = context;
  if (region !== undefined) faults.push(...regionFaults(region, settings));
  if (faults.length > 0) throw new SettingsError('environment', faults);
  return account === undefined && region === undefined ? undefined : { account, region };
}

function regionFaults(region: string, settings: Settings): string[] {
  const partition = partitionOf(region);
  if (!partition) return [`region: got "${region}", allowed is an AWS region such as us-east-1`];
  const elsewhere = targetsOf(settings).find((each) => partitionOf(each.region) !== partition);
  if (!elsewhere) return [];
  return [
    `region: got "${region}", allowed is a region in the same partition as the target in ${elsewhere.region}`,
  ];
}

function partitionOf(region: string): string | undefined {
  return RegionInfo.regions.some(({ name }) => name === region)
    ? RegionInfo.get(region).partition
    : undefined;
}

function unknownKeys(given: Given): string[] {
  const known: readonly string[] = [...KEYS, ...KEYS_OF_CDK];
  return Object.keys(given)
    .filter((key) => !/[:@/]/.test(key) && !known.includes(key))
    .map((key) => `${key}: got an unknown key, allowed are ${KEYS.join(', ')}`);
}

const removalPolicies = [RemovalPolicy.RETAIN, RemovalPolicy.DESTROY];

const TRUTH = [/^(true|false)$/, 'true or false'] as const;

const VALUES: Readonly<Partial<Record<(typeof KEYS)[number], readonly [RegExp, string]>>> = {
  account: [/^\d{12}$/, 'twelve digits'],
  emulator: TRUTH,
  gatewayLogRole: TRUTH,
  removalPolicy: [new RegExp(`^(${removalPolicies.join('|')})$`), removalPolicies.join(' or ')],
  statusConcurrency: [/^[1-9]\d{0,4}$/, 'a whole number from 1'],
};

function wrongValues(given: Given): string[] {
  return Object.entries(VALUES).flatMap(([key, [pattern, allowed]]) => {
    const value = given[key];
    return value === undefined || pattern.test(String(value))
      ? []
      : [`${key}: got ${JSON.stringify(value)}, allowed is ${allowed}`];
  });
}
