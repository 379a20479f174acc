import { type IGrantable, type IPrincipal, Role, ServicePrincipal } from 'aws-cdk-lib/aws-iam';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import { LogGroup, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { type Duration, RemovalPolicy, Stack, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { EnvName } from '../lambda/contract/env.ts';
import { METRICS_NAMESPACE } from '../lambda/contract/metrics.ts';
import type { HandlerCode, HandlerName } from './bundle.ts';

export interface HoldfastFunctionProps {
  readonly handler: HandlerName;
  readonly code: HandlerCode;
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
    this.grantPrincipal = role;

    this.lambda = new lambda.Function(this, 'Handler', {
      code: props.code(props.handler),
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
      tracing: lambda.Tracing.ACTIVE,
      environment: {
        ...props.environment,
        // The stack's name, as a dimension, tells two instances in one account apart.
        POWERTOOLS_SERVICE_NAME: Stack.of(this).stackName,
        POWERTOOLS_METRICS_NAMESPACE: METRICS_NAMESPACE,
      },
    });
    Validations.of(this.lambda).acknowledge({
      id: 'Serverless-LambdaDLQ',
      reason: 'Only schedules invoke asynchronously, and the next event does what a lost one left',
    });
    Validations.of(role).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'X-Ray has no resources that a policy could name',
    });
  }
}
