import { AuthorizationType, LambdaIntegration } from 'aws-cdk-lib/aws-apigateway';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ADMIN_ROUTES } from './admin-routes.ts';
import type { Api } from './api.ts';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';
import type { OperatorLog } from './operator-log.ts';

export interface AdminProps extends InstanceParts {
  /** The API that the routes are added to. */
  readonly api: Api;
  /** The log of the operators' actions. */
  readonly log: OperatorLog;
}

/**
 * The operators' routes, open to IAM principals that may call `execute-api:Invoke` on them. They
 * have their own function because no other function may override circuits or read jobs of all tenants.
 */
export class Admin extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: AdminProps) {
    super(scope, id);
    const { functions, settings, jobs, circuits, results, queue, events, api, log } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'admin',
      defaults: functions,
      // The limit is below the gateway's 29 s. A redrive of many messages uses all of this time.
      timeout: Duration.seconds(28),
      environment: {
        ...settings.environment,
        ...jobs.environment,
        ...circuits.environment,
        ...results.environment,
        ...queue.environment,
        ...queue.deadLetterEnvironment,
        ...events.environment,
        ...log.environment,
      },
    });
    const integration = new LambdaIntegration(this.function.lambda, { allowTestInvoke: false });
    for (const [method, path] of ADMIN_ROUTES) {
      api.restApi.root
        .resourceForPath(path)
        .addMethod(method, integration, { authorizationType: AuthorizationType.IAM });
    }

    settings.grantRead(this.function);
    jobs.grantWork(this.function);
    jobs.grantList(this.function);
    circuits.grantOperate(this.function);
    circuits.grantReadCalls(this.function);
    // Only a request that asks for a job's content reads it.
    results.grantReadPrompts(this.function);
    results.grantReadResults(this.function);
    queue.grantSend(this.function);
    queue.grantRedrive(this.function);
    // A job that an operator cancels publishes its completion event.
    events.grantPublish(this.function);
    log.grantWrite(this.function);
  }
}
