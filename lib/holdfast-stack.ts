import { CfnOutput, Duration, RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { type Settings, workerTimeoutSeconds } from '../lambda/contract/policy.ts';
import { Admin } from './admin.ts';
import { Api } from './api.ts';
import { bundledHandlers, type HandlerCode } from './bundle.ts';
import { CircuitsTable } from './circuits-table.ts';
import { CompletionEvents } from './completion-events.ts';
import { HoldfastDashboard } from './dashboard.ts';
import { JobsQueue } from './jobs-queue.ts';
import { JobsTable } from './jobs-table.ts';
import { Lifecycle } from './lifecycle.ts';
import { ModelAccess } from './model-access.ts';
import { Prober } from './prober.ts';
import { RequestHandler } from './request.ts';
import { ResultsBucket } from './results-bucket.ts';
import { SettingsParameter } from './settings-parameter.ts';
import { Sweeper } from './sweeper.ts';
import { Worker } from './worker.ts';

export interface HoldfastStackProps extends StackProps {
  readonly settings: Settings;
  /**
   * What a destroyed stack does with jobs, circuits and results. A bucket that is to go with the
   * stack has to be empty.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /** @default the bundled handlers of this project */
  readonly code?: HandlerCode;
}

/** The whole of Holdfast, in the order in which a job meets it. */
export class HoldfastStack extends Stack {
  constructor(scope: Construct, id: string, props: HoldfastStackProps) {
    super(scope, id, {
      description: 'Holdfast keeps a backend for language models alive while Bedrock throttles',
      ...props,
    });
    const { jobs: policy, breaker, probe } = props.settings;
    const { removalPolicy = RemovalPolicy.RETAIN, code = bundledHandlers(breaker.store) } = props;
    const workerTimeout = Duration.seconds(workerTimeoutSeconds(breaker));

    const settings = new SettingsParameter(this, 'Settings', { settings: props.settings });
    const jobs = new JobsTable(this, 'Jobs', { removalPolicy });
    const circuits = new CircuitsTable(this, 'Circuits', { removalPolicy });
    const results = new ResultsBucket(this, 'Results', { policy, removalPolicy });
    const queue = new JobsQueue(this, 'Queue', { workerTimeout });
    const events = new CompletionEvents(this, 'Events');
    const models = new ModelAccess(this, 'Models', { settings: props.settings });

    const shared = { code, settings, jobs, circuits, queue, events };
    const request = new RequestHandler(this, 'Request', { ...shared, results });
    const api = new Api(this, 'Api', { handler: request.function, removalPolicy });
    const worker = new Worker(this, 'Worker', {
      ...shared,
      results,
      models,
      timeout: workerTimeout,
      concurrency: policy.workerConcurrency,
    });
    const sweeper = new Sweeper(this, 'Sweeper', shared);
    const admin = new Admin(this, 'Admin', { ...shared, api });
    const lifecycle = new Lifecycle(this, 'Lifecycle', { ...shared, models });
    const prober = probe.enabled
      ? new Prober(this, 'Prober', { ...shared, models, timeout: workerTimeout })
      : undefined;

    const dashboard = new HoldfastDashboard(this, 'Dashboard', {
      settings: props.settings,
      queue,
      functions: {
        request: request.function,
        worker: worker.function,
        sweeper: sweeper.function,
        admin: admin.function,
        lifecycle: lifecycle.function,
        ...(prober && { prober: prober.function }),
      },
    });

    this.#output({
      ApiUrl: ['Where jobs are posted', api.url],
      ApiKeyId: [
        'Id of the first API key: aws apigateway get-api-key --include-value --api-key ID',
        api.apiKeyId,
      ],
      JobsTableName: ['One row for each job', jobs.table.tableName],
      CircuitsTableName: ['The circuits as the workers share them', circuits.table.tableName],
      ResultsBucketName: ['Prompts and results', results.bucket.bucketName],
      JobsQueueUrl: ['Jobs that wait for a worker', queue.queue.queueUrl],
      DeadLetterQueueUrl: ['Messages that no worker could finish', queue.deadLetters.queueUrl],
      EventBusName: ['Where the ends of jobs are told', events.bus.eventBusName],
      DashboardName: ['The dashboard in CloudWatch', dashboard.dashboard.dashboardName],
    });
  }

  #output(outputs: Readonly<Record<string, readonly [description: string, value: string]>>): void {
    for (const [name, [description, value]] of Object.entries(outputs)) {
      new CfnOutput(this, name, { description, value });
    }
  }
}
