import {
  AuthorizationType,
  LambdaIntegration,
  type MethodDeploymentOptions,
} from 'aws-cdk-lib/aws-apigateway';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { Api } from './api.ts';
import type { CircuitsTable } from './circuits-table.ts';
import { type FunctionDefaults, HoldfastFunction } from './holdfast-function.ts';
import type { JobsQueue } from './jobs-queue.ts';
import type { JobsTable } from './jobs-table.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface AdminProps {
  readonly functions: FunctionDefaults;
  readonly api: Api;
  readonly settings: SettingsParameter;
  readonly jobs: JobsTable;
  readonly circuits: CircuitsTable;
  readonly queue: JobsQueue;
}

const ROUTES = [
  ['GET', '/admin/health'],
  ['PUT', '/admin/overrides/{scope}/{key+}'],
  ['DELETE', '/admin/overrides/{scope}/{key+}'],
  ['DELETE', '/admin/disabled/{key+}'],
  ['POST', '/admin/redrive'],
] as const;

/**
 * The operators' routes, for IAM principals with `execute-api:Invoke` on them: a function of its
 * own, as only this one may override circuits.
 */
export class Admin extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: AdminProps) {
    super(scope, id);
    const { api, settings, jobs, circuits, queue } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'admin',
      defaults: props.functions,
      // Below the gateway's 29 s; a redrive of many messages takes all of it.
      timeout: Duration.seconds(28),
      environment: {
        ...settings.environment,
        [ENV.jobsTable]: jobs.table.tableName,
        [ENV.circuitsTable]: circuits.table.tableName,
        [ENV.jobsQueueUrl]: queue.queue.queueUrl,
        [ENV.deadLetterQueueUrl]: queue.deadLetters.queueUrl,
      },
    });
    const integration = new LambdaIntegration(this.function.lambda, { allowTestInvoke: false });
    for (const [method, path] of ROUTES) {
      api.restApi.root
        .resourceForPath(path)
        .addMethod(method, integration, { authorizationType: AuthorizationType.IAM });
    }

    settings.grantRead(this.function);
    jobs.grantWork(this.function);
    circuits.grantOperate(this.function);
    queue.grantSend(this.function);
    queue.grantRedrive(this.function);
  }
}

/**
 * For all operators together: a person's pace and a script's, far from what the circuits table
 * takes. No usage plan counts these calls, as they bring no key.
 */
export const ADMIN_LIMITS: Readonly<Record<string, MethodDeploymentOptions>> = Object.fromEntries(
  ROUTES.map(([method, path]) => [
    `${path}/${method}`,
    { throttlingRateLimit: 10, throttlingBurstLimit: 20 },
  ]),
);
