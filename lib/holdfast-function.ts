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
import { METRICS_NAMESPACE } from '../lambda/contract/metrics.ts';
import type { HandlerCode, HandlerName } from './bundle.ts';
import type { FunctionNetwork } from './function-network.ts';

/** What all functions of an instance have in common. */
export interface FunctionDefaults {
  readonly code: HandlerCode;
  /** The instance's name: a dimension of its metrics, and in its logs. */
  readonly service: string;
  /** @default outside of any VPC */
  readonly network?: FunctionNetwork;
  /** Of the data that the functions read and write. @default keys that AWS holds */
  readonly encryptionKey?: IKey;
}

export interface HoldfastFunctionProps {
  readonly handler: HandlerName;
  readonly defaults: FunctionDefaults;
  readonly timeout: Duration;
  readonly environment: Partial<Readonly<Record<EnvName, string>>>;
}

/** A Lambda function with a role and a log group of its own; the role may only write that log. */
export class HoldfastFunction extends Construct implements IGrantable {
  readonly lambda: lambda.Function;
  readonly logGroup: LogGroup;
  readonly grantPrincipal: IPrincipal;

  constructor(scope: Construct, id: string, props: HoldfastFunctionProps) {
    super(scope, id);
    const { defaults } = props;

    this.logGroup = new LogGroup(this, 'Logs', {
      // Long enough to look into last week's incident, short enough to cost little.
      retention: RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });

    // The managed policy that CDK would attach allows every log group of the account.
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
      // A fifth cheaper than x86 for the same time.
      architecture: lambda.Architecture.ARM_64,
      // CPU comes with memory, and a cold start is mostly the loading of code.
      memorySize: 512,
      timeout: props.timeout,
      role,
      logGroup: this.logGroup,
      loggingFormat: lambda.LoggingFormat.JSON,
      // The functions choose themselves which invocations write debug lines.
      applicationLogLevelV2: lambda.ApplicationLogLevel.DEBUG,
      ...defaults.network?.placement,
      ...(defaults.network && { securityGroups: [defaults.network.securityGroup] }),
      tracing: lambda.Tracing.ACTIVE,
      environment: {
        ...props.environment,
        // As a dimension it tells two instances in one account apart.
        POWERTOOLS_SERVICE_NAME: defaults.service,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
        [ENV.debugShare]: '0.01',
      },
    });
    Validations.of(this.lambda).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'Only schedules invoke asynchronously, and the next event does what a lost one left',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'Neither X-Ray nor network interfaces that are yet to be made have resources to name',
    });
  }
}

/** Only what the services do with the key for the function; by itself it can do nothing with it. */
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

/** What Lambda itself does with the role, before the function's first line. */
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
}
