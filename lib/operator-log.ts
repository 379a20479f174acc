import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { LogGroup, LogStream, RetentionDays } from 'aws-cdk-lib/aws-logs';
import { ArnFormat, type RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { LOGS_WITHOUT_OWN_KEY, skipChecks } from './checkov.ts';
import type { FunctionEnvironment } from './holdfast-function.ts';

export interface OperatorLogProps {
  /** The policy for the log when the stack is deleted. */
  readonly removalPolicy: RemovalPolicy;
}

/**
 * The log of operators' actions: who did what, from where, and what came of it. An investigation may
 * need it after the stack is gone, and longer than the functions' own logs.
 */
export class OperatorLog extends Construct {
  readonly logGroup: LogGroup;
  readonly #stream: LogStream;

  constructor(scope: Construct, id: string, { removalPolicy }: OperatorLogProps) {
    super(scope, id);
    this.logGroup = new LogGroup(this, 'Logs', {
      retention: RetentionDays.ONE_YEAR,
      removalPolicy,
    });
    skipChecks(this.logGroup, LOGS_WITHOUT_OWN_KEY);
    // With a stream of the stack, the function needs no right to make one.
    this.#stream = new LogStream(this, 'Actions', { logGroup: this.logGroup, removalPolicy });
  }

  get environment(): FunctionEnvironment {
    return {
      [ENV.operatorLogGroup]: this.logGroup.logGroupName,
      [ENV.operatorLogStream]: this.#stream.logStreamName,
    };
  }

  grantWrite(grantee: IGrantable): Grant {
    const stream = Stack.of(this).formatArn({
      service: 'logs',
      resource: 'log-group',
      resourceName: `${this.logGroup.logGroupName}:log-stream:${this.#stream.logStreamName}`,
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    });
    return Grant.addToPrincipal({
      grantee,
      actions: ['logs:PutLogEvents'],
      resourceArns: [stream],
    });
  }
}
