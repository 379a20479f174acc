import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { CircuitsTable } from './circuits-table.ts';
import type { CompletionEvents } from './completion-events.ts';
import { type FunctionDefaults, HoldfastFunction } from './holdfast-function.ts';
import type { JobsQueue } from './jobs-queue.ts';
import type { JobsTable } from './jobs-table.ts';
import type { ResultsBucket } from './results-bucket.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface RequestHandlerProps {
  readonly functions: FunctionDefaults;
  readonly settings: SettingsParameter;
  readonly jobs: JobsTable;
  readonly circuits: CircuitsTable;
  readonly results: ResultsBucket;
  readonly queue: JobsQueue;
  readonly events: CompletionEvents;
}

/** Accepts jobs and answers for them; it never calls a model. */
export class RequestHandler extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: RequestHandlerProps) {
    super(scope, id);
    const { settings, jobs, circuits, results, queue, events } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'request',
      defaults: props.functions,
      // Below the gateway's 29 s, so that the function's own answer goes out first.
      timeout: Duration.seconds(28),
      environment: {
        ...settings.environment,
        [ENV.jobsTable]: jobs.table.tableName,
        [ENV.circuitsTable]: circuits.table.tableName,
        [ENV.resultsBucket]: results.bucket.bucketName,
        [ENV.jobsQueueUrl]: queue.queue.queueUrl,
        [ENV.eventBus]: events.bus.eventBusName,
      },
    });

    settings.grantRead(this.function);
    jobs.grantAccept(this.function);
    circuits.grantRead(this.function);
    results.grantWritePrompts(this.function);
    results.grantReadResults(this.function);
    queue.grantSend(this.function);
    events.grantPublish(this.function);
  }
}
