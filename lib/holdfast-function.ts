import {
  Grant,
  type IGrantable,
  type IPrincipal,
  Role,
  ServicePrincipal,
} from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV, type EnvName } from '../lambda/contract/env.ts';
import { FUNCTION_MEMORY_MB } from '../lambda/contract/input-limits.ts';
import { METRICS_NAMESPACE } from '../lambda/contract/metrics.ts';
import type { HandlerName } from './bundle.ts';
import { LOGS_WITHOUT_OWN_KEY, skipChecks } from './checkov.ts';
import type { FunctionNetwork } from './function-network.ts';

/** The environment variables that tell a function where the resources are. */
export type FunctionEnvironment = Partial<Readonly<Record<EnvName, string>>>;

/** The configuration that all functions of an instance share. */
export interface FunctionDefaults {
  /** Returns the code of each handler. */
  readonly code: (handler: HandlerName) => lambda.Code;
  /** The instance's name, which is a dimension of its metrics and a field of its log lines. */
  readonly service: string;
  /**
   * The VPC and the security group of the functions.
   * @default outside of any VPC
   */
  readonly network?: FunctionNetwork;
  /**
   * The key that encrypts the data that the functions read and write.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
}

export interface HoldfastFunctionProps {
  readonly handler: HandlerName;
  readonly defaults: FunctionDefaults;
  readonly timeout: Duration;
  /**
   * The concurrent invocations that are reserved for the function, and its limit.
   * @default none; the function shares the concurrency of the account
   */
  readonly reservedConcurrency?: number;
  /**
   * Whether Lambda lets the function cause its own invocations more than 16 times in a row.
   * @default Lambda's: it does not
   */
  readonly recursiveLoop?: lambda.RecursiveLoop;
  /** The variables of all resources that the function uses. */
  readonly environment: FunctionEnvironment;
}

/** A Lambda function with its own role and log group. By default the role may only write that log. */
export class HoldfastFunction extends Construct implements IGrantable {
  readonly lambda: lambda.Function;
  readonly logGroup: LogGroup;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: HoldfastFunctionProps) {
    super(scope, id);
    const { defaults } = props;

    this.logGroup = new LogGroup(this, 'Logs', {
      // A month is enough to investigate last week's incident, and it is cheap.
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    skipChecks(this.logGroup, LOGS_WITHOUT_OWN_KEY);

    // Replaces CDK's managed policy, which allows writing to every log group of the account.
    const role = new Role(this, 'Role', {
      assumedBy: new ServicePrincipal('lambda.amazonaws.com'),
    });
    this.logGroup.grantWrite(role);
    if (defaults.encryptionKey) allowKey(role, defaults.encryptionKey);
    if (defaults.network) allowNetworkInterfaces(role);
    this.grantPrincipal = role;

    this.lambda = new lambda.Function(this, 'Handler', {
      code: defaults.code(props.handler),
      handler: 'index.handler',
      runtime: lambda.Runtime.NODEJS_24_X,
      // Arm costs a fifth less than x86 for the same duration.
      architecture: lambda.Architecture.ARM_64,
      // Lambda allocates CPU in proportion to memory, and a cold start mostly loads code.
      memorySize: FUNCTION_MEMORY_MB,
      timeout: props.timeout,
      reservedConcurrentExecutions: props.reservedConcurrency,
      recursiveLoop: props.recursiveLoop,
      role,
      logGroup: this.logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      // The functions themselves choose which invocations write debug lines.
      applicationLogLevelV2: lambda.ApplicationLogLevel.DEBUG,
      ...defaults.network?.placement,
      ...(defaults.network && { securityGroups: [defaults.network.securityGroup] }),
      tracing: lambda.Tracing.ACTIVE,
      environment: {
        ...props.environment,
        // A metric dimension, which separates the instances in one account.
        POWERTOOLS_SERVICE_NAME: defaults.service,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        [ENV.debugShare]: '0.01',
      },
    });
    const noDeadLetters =
      'Only schedules invoke it asynchronously, and the next event makes up for a lost one';
    Validations.of(this.lambda).acknowledge({ id: 'Serverless-LambdaDLQ', reason: noDeadLetters });
    skipChecks(this.lambda, {
      CKV_AWS_115: 'A reservation takes concurrency from the account, which may have only ten',
      CKV_AWS_116: noDeadLetters,
      CKV_AWS_117: 'It uses no resource in a VPC; the prop vpc puts it into one',
      CKV_AWS_173: 'Its variables are names of resources; Lambda encrypts them with its own key',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: NO_ARN,
    });
  }
}

const NO_ARN = 'X-Ray and network interfaces that do not exist yet have no ARN to name';

/** Lets the function use the key, but only through the services that store its data. */
function allowKey(role: Role, { keyArn }: IKey): void {
  const { region, urlSuffix } = Stack.of(role);
  const services = ['dynamodb', 's3', 'sqs'];
  Grant.addToPrincipal({
    grantee: role,
    actions: [
      'kms:Decrypt',
      'kms:DescribeKey',
      'kms:Encrypt',
      'kms:GenerateDataKey',
      'kms:ReEncryptFrom',
      'kms:ReEncryptTo',
    ],
    resourceArns: [keyArn],
    conditions: {
      StringEquals: { 'kms:ViaService': services.map((each) => `${each}.${region}.${urlSuffix}`) },
    },
  });
}

/** Grants the rights that Lambda needs to connect the function to the VPC before it starts. */
function allowNetworkInterfaces(role: Role): void {
  Grant.addToPrincipal({
    grantee: role,
    actions: [
      'ec2:AssignPrivateIpAddresses',
      'ec2:CreateNetworkInterface',
      'ec2:DeleteNetworkInterface',
      'ec2:DescribeNetworkInterfaces',
      'ec2:DescribeSubnets',
      'ec2:UnassignPrivateIpAddresses',
    ],
    resourceArns: ['*'],
  });
  skipChecks(role.node.findChild('DefaultPolicy'), { CKV_AWS_111: NO_ARN });
}
