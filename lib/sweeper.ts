import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { CircuitsTable } from './circuits-table.ts';
import type { CompletionEvents } from './completion-events.ts';
import { type FunctionDefaults, HoldfastFunction } from './holdfast-function.ts';
import type { JobsQueue } from './jobs-queue.ts';
import type { JobsTable } from './jobs-table.ts';
import { schedule } from './schedule.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface SweeperProps {
  readonly functions: FunctionDefaults;
  readonly settings: SettingsParameter;
  readonly jobs: JobsTable;
  readonly circuits: CircuitsTable;
  readonly queue: JobsQueue;
  readonly events: CompletionEvents;
}

/** Looks each minute for jobs that nobody moves: never sent, lost with a worker, out of time. */
export class Sweeper extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: SweeperProps) {
    super(scope, id);
    const { settings, jobs, circuits, queue, events } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'sweeper',
      defaults: props.functions,
      // The next sweep begins then; what is left over is found by it.
      timeout: Duration.seconds(60),
      environment: {
        ...settings.environment,
        [ENV.jobsTable]: jobs.table.tableName,
        [ENV.circuitsTable]: circuits.table.tableName,
        [ENV.jobsQueueUrl]: queue.queue.queueUrl,
        [ENV.eventBus]: events.bus.eventBusName,
      },
    });
    schedule(this, 'EachMinute', {
      every: Duration.minutes(1),
      description: 'Starts the sweeper of Holdfast',
      function: this.function,
      ifLost: "The next minute's sweep finds whatever a lost event left undone",
    });

    settings.grantRead(this.function);
    jobs.grantSweep(this.function);
    circuits.grantRead(this.function);
    queue.grantSend(this.function);
    queue.grantCount(this.function);
    events.grantPublish(this.function);
  }
}
