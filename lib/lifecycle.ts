import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';
import { schedule } from './schedule.ts';

/** The function that asks Bedrock each day whether a model of a chain is near its end of life. */
export class Lifecycle extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: InstanceParts) {
    super(scope, id);
    const { functions, settings, circuits, models } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'lifecycle',
      defaults: functions,
      // Enough for many targets, one after the other, even if some calls get no response.
      timeout: Duration.minutes(5),
      environment: { ...settings.environment, ...circuits.environment },
    });
    schedule(this, 'EachDay', {
      every: Duration.days(1),
      description: 'Starts the lifecycle check of Holdfast',
      function: this.function,
      ifLost: 'The check of the next day makes up for a lost event',
    });

    settings.grantRead(this.function);
    circuits.grantNoteLifecycles(this.function);
    models.grantReadLifecycle(this.function);
  }
}
