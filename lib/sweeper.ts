import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';
import { schedule } from './schedule.ts';

/**
 * The function that looks each minute for jobs that are stuck: their message was never sent, their
 * worker was lost, or their deadline has passed.
 */
export class Sweeper extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: InstanceParts) {
    super(scope, id);
    const { functions, settings, jobs, circuits, queue, events } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'sweeper',
      defaults: functions,
      // The next sweep starts after a minute and finds the jobs that this one has left.
      timeout: Duration.seconds(60),
      environment: {
        ...settings.environment,
        ...jobs.environment,
        ...circuits.environment,
        ...queue.environment,
        ...events.environment,
      },
    });
    schedule(this, 'EachMinute', {
      every: Duration.minutes(1),
      description: 'Starts the sweeper of Holdfast',
      function: this.function,
      ifLost: 'The sweep of the next minute makes up for a lost event',
    });

    settings.grantRead(this.function);
    jobs.grantSweep(this.function);
    circuits.grantRead(this.function);
    queue.grantSend(this.function);
    queue.grantCount(this.function);
    events.grantPublish(this.function);
  }
}
