import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { type Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { BATCH_SIZE } from '../lambda/contract/policy.ts';
import type { CircuitsTable } from './circuits-table.ts';
import type { CompletionEvents } from './completion-events.ts';
import { type FunctionDefaults, HoldfastFunction } from './holdfast-function.ts';
import type { JobsQueue } from './jobs-queue.ts';
import type { JobsTable } from './jobs-table.ts';
import type { ModelAccess } from './model-access.ts';
import type { ResultsBucket } from './results-bucket.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface WorkerProps {
  readonly functions: FunctionDefaults;
  readonly timeout: Duration;
  /** Batches at the same time. */
  readonly concurrency: number;
  readonly settings: SettingsParameter;
  readonly jobs: JobsTable;
  readonly circuits: CircuitsTable;
  readonly results: ResultsBucket;
  readonly queue: JobsQueue;
  readonly events: CompletionEvents;
  readonly models: ModelAccess;
}

/** Takes jobs from the queue and finishes, defers or dead-letters each. */
export class Worker extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    const { settings, jobs, circuits, results, queue, events, models } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'worker',
      defaults: props.functions,
      timeout: props.timeout,
      environment: {
        ...settings.environment,
        [ENV.jobsTable]: jobs.table.tableName,
        [ENV.circuitsTable]: circuits.table.tableName,
        [ENV.resultsBucket]: results.bucket.bucketName,
        [ENV.jobsQueueUrl]: queue.queue.queueUrl,
        [ENV.deadLetterQueueUrl]: queue.deadLetters.queueUrl,
        [ENV.eventBus]: events.bus.eventBusName,
      },
    });
    this.function.lambda.addEventSource(
      new SqsEventSource(queue.queue, {
        batchSize: BATCH_SIZE,
        // A job that breaks returns alone; the others of its batch are done.
        reportBatchItemFailures: true,
        // The cap on calls in flight: models are what is scarce, not functions.
        maxConcurrency: props.concurrency,
      }),
    );

    Validations.of(this.function.lambda).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: "The destination is for streams; failed messages go to the queue's dead letters",
    });

    settings.grantRead(this.function);
    jobs.grantWork(this.function);
    circuits.grantUse(this.function);
    results.grantReadPrompts(this.function);
    results.grantWriteResults(this.function);
    queue.grantSend(this.function);
    events.grantPublish(this.function);
    queue.grantSendDeadLetters(this.function);
    models.grantInvoke(this.function);
    models.grantCountTokens(this.function);
  }
}
