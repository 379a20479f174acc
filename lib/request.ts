import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';

/**
 * The function that takes uploads, accepts, lists, cancels and purges jobs, and reports the health. It
 * calls no model.
 */
export class RequestHandler extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: InstanceParts) {
    super(scope, id);
    const { corsOrigins, functions, settings, jobs, circuits, results, queue, events } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'request',
      defaults: functions,
      // The limit is below the gateway's 29 s, so that the caller gets the function's own error.
      timeout: Duration.seconds(28),
      environment: {
        ...settings.environment,
        ...jobs.environment,
        ...circuits.environment,
        ...results.environment,
        ...(corsOrigins.length > 0 && { [ENV.corsOrigins]: corsOrigins.join(' ') }),
        ...queue.environment,
        ...events.environment,
      },
    });

    settings.grantRead(this.function);
    jobs.grantAccept(this.function);
    circuits.grantRead(this.function);
    circuits.grantReadCalls(this.function);
    circuits.grantAddTenants(this.function);
    results.grantWritePrompts(this.function);
    results.grantUploads(this.function);
    results.grantPurge(this.function);
    queue.grantSend(this.function);
    events.grantPublish(this.function);
  }
}
