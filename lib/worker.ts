import { RecursiveLoop } from 'aws-cdk-lib/aws-lambda';
import { SqsEventSource } from 'aws-cdk-lib/aws-lambda-event-sources';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { JobPolicy } from '../lambda/contract/policy.ts';
import { workerTimeoutSeconds } from '../lambda/contract/time-budget.ts';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';

export interface WorkerProps extends InstanceParts {
  /** The jobs' limits: how long a run takes, and how many run at once. */
  readonly policy: JobPolicy;
}

/** The function that takes jobs from the queue and finishes, defers or dead-letters each of them. */
export class Worker extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: WorkerProps) {
    super(scope, id);
    const { functions, settings, jobs, circuits, results, queue, events, models } = props;
    const { policy } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'worker',
      defaults: functions,
      timeout: Duration.seconds(workerTimeoutSeconds(policy)),
      // A job that waits through an outage is sent to the function's own queue again and again. By
      // default, Lambda would stop it after 16 times. Its deadline and its claims bound it.
      recursiveLoop: RecursiveLoop.ALLOW,
      environment: {
        ...settings.environment,
        ...jobs.environment,
        ...circuits.environment,
        ...results.environment,
        ...queue.environment,
        ...queue.deadLetterEnvironment,
        ...events.environment,
      },
    });
    this.function.lambda.addEventSource(
      new SqsEventSource(queue.queue, {
        batchSize: policy.batchSize,
        // SQS redelivers only the messages that failed; the rest of the batch is done.
        reportBatchItemFailures: true,
        // Limits the model calls in flight: model quota is scarce, functions are not.
        maxConcurrency: policy.workerConcurrency,
      }),
    );

    Validations.of(this.function.lambda).acknowledge({
      id: 'Serverless-LambdaEventSourceMappingDestination',
      reason: 'A destination is for streams; failed messages go to the dead-letter queue',
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
    models.grantApplyGuardrails(this.function);
  }
}
