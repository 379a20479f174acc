import type { IApiKey } from 'aws-cdk-lib/aws-apigateway';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Duration, Names, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { MetricName } from '../lambda/contract/metrics.ts';
import {
  type Settings,
  type SettingsInput,
  workerTimeoutSeconds,
} from '../lambda/contract/policy.ts';
import { parseSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
import { Admin } from './admin.ts';
import { Api } from './api.ts';
import { bundledHandlers, type HandlerCode } from './bundle.ts';
import { CircuitsCache } from './circuits-cache.ts';
import { CircuitsTable } from './circuits-table.ts';
import { CompletionEvents } from './completion-events.ts';
import { FunctionNetwork } from './function-network.ts';
import { JobsQueue } from './jobs-queue.ts';
import { JobsTable } from './jobs-table.ts';
import { Lifecycle } from './lifecycle.ts';
import { ModelAccess } from './model-access.ts';
import { instanceMetric } from './monitoring/instance-metrics.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { Prober } from './prober.ts';
import { RequestHandler } from './request.ts';
import { ResultsBucket } from './results-bucket.ts';
import { SettingsParameter } from './settings-parameter.ts';
import { Sweeper } from './sweeper.ts';
import { Worker } from './worker.ts';

export { defineSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
export type { MetricName, SettingsInput };

export interface HoldfastProps {
  /** Which models serve, in which order, and how patient the breaker is. */
  readonly settings: SettingsInput;
  /**
   * What becomes of jobs, circuits, prompts and results when the stack is destroyed. DESTROY empties
   * the bucket first, by a function of CDK's.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /** @default true: both tables can be put back to any second of the last 35 days */
  readonly pointInTimeRecovery?: boolean;
  /**
   * Encrypts tables, bucket, queues and cache. Of the stack's own account and region, or its policy
   * has to let the functions' roles use it.
   * @default keys that AWS holds
   */
  readonly encryptionKey?: IKey;
  /** A key that callers have already. @default a key of its own */
  readonly apiKey?: IApiKey;
  /**
   * Where the functions run. They have to reach Bedrock in each region of the chain, and SQS,
   * DynamoDB, S3, EventBridge and SSM: through NAT or endpoints, which are the VPC's.
   * @default outside of any VPC
   */
  readonly vpc?: IVpc;
  /** @default private subnets with a way out */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Circuits in an ElastiCache Serverless cache for Valkey, made in `vpc`. `breaker.store` and
   * `breaker.redisUrl` of the settings are set by it.
   * @default false: where `breaker.store` says
   */
  readonly valkey?: boolean;
  /** Where alarms are told. @default a topic of its own, to subscribe to */
  readonly alarmTopic?: ITopic;
  /** Address of the runbook, which each alarm names. @default docs/runbook.md of this package */
  readonly runbookUrl?: string;
  /** @default the handlers of this package, bundled at synth */
  readonly code?: HandlerCode;
}

/** The whole of Holdfast, in the order in which a job meets it. */
export class Holdfast extends Construct {
  /** What tells instances apart: the `service` dimension of the metrics, the name of the bus. */
  readonly service: string;
  readonly settings: SettingsParameter;
  readonly jobs: JobsTable;
  readonly circuits: CircuitsTable;
  readonly results: ResultsBucket;
  readonly queue: JobsQueue;
  readonly events: CompletionEvents;
  readonly api: Api;
  readonly monitoring: Monitoring;

  /** Throws a SettingsError for settings that cannot be used, with a line for each fault. */
  constructor(scope: Construct, id: string, props: HoldfastProps) {
    super(scope, id);
    const { removalPolicy = RemovalPolicy.RETAIN, pointInTimeRecovery = true } = props;
    const { encryptionKey, vpc, vpcSubnets, apiKey } = props;
    this.service = Names.uniqueResourceName(this, NAME_OPTIONS);

    const network = vpc && new FunctionNetwork(this, 'Network', { vpc, vpcSubnets });
    const given = parseSettings(props.settings, 'settings');
    const values = props.valkey ? this.#withValkey(given, props, network) : given;
    const { jobs: policy, breaker, probe } = values;
    const code = props.code ?? bundledHandlers(breaker.store);
    const functions = { code, service: this.service, encryptionKey, network };
    const data = { removalPolicy, pointInTimeRecovery, encryptionKey };
    const workerTimeout = Duration.seconds(workerTimeoutSeconds(breaker));

    const settings = new SettingsParameter(this, 'Settings', { settings: values });
    const jobs = new JobsTable(this, 'Jobs', data);
    const circuits = new CircuitsTable(this, 'Circuits', data);
    const results = new ResultsBucket(this, 'Results', { ...data, policy });
    const queue = new JobsQueue(this, 'Queue', { workerTimeout, encryptionKey });
    const events = new CompletionEvents(this, 'Events', { service: this.service });
    const models = new ModelAccess(this, 'Models', { settings: values });

    const shared = { functions, settings, jobs, circuits, queue, events };
    const request = new RequestHandler(this, 'Request', { ...shared, results });
    const api = new Api(this, 'Api', {
      ...{ service: this.service, handler: request.function, removalPolicy, apiKey },
    });
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

    const monitoring = new Monitoring(this, 'Monitoring', {
      settings: values,
      service: this.service,
      topic: props.alarmTopic,
      runbookUrl: props.runbookUrl,
      api: api.restApi,
      queue,
      functions: {
        request: request.function,
        worker: worker.function,
        sweeper: sweeper.function,
        admin: admin.function,
        lifecycle: lifecycle.function,
        ...(prober && { prober: prober.function }),
      },
      tables: { jobs: jobs.table, circuits: circuits.table },
    });

    this.settings = settings;
    this.jobs = jobs;
    this.circuits = circuits;
    this.results = results;
    this.queue = queue;
    this.events = events;
    this.api = api;
    this.monitoring = monitoring;
  }

  /** A rule on the ends of jobs; `options.eventPattern` narrows it: docs/completion-events.md. */
  onJobEnded(id: string, options: OnEventOptions = {}): Rule {
    return this.events.onJobEnded(id, options);
  }

  /** Call the operators' routes, signed by IAM. */
  grantOperate(grantee: IGrantable): Grant {
    const { restApi } = this.api;
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: [restApi.arnForExecuteApi('*', '/admin/*', restApi.deploymentStage.stageName)],
    });
  }

  /** A metric of this instance, of all that lambda/contract/metrics.ts names; a sum by default. */
  metric(metricName: MetricName, options: MetricOptions = {}): Metric {
    return instanceMetric(this.service, metricName, options).attachTo(this);
  }

  #withValkey(settings: Settings, props: HoldfastProps, network?: FunctionNetwork): Settings {
    if (!network) throw new SettingsError('props', ['valkey: got true without a vpc']);
    const { url: redisUrl } = new CircuitsCache(this, 'Cache', {
      ...network.placement,
      clients: network.securityGroup,
      encryptionKey: props.encryptionKey,
    });
    return { ...settings, breaker: { ...settings.breaker, store: 'redis', redisUrl } };
  }
}

const NAME_OPTIONS = { separator: '-', allowedSpecialCharacters: '-' };
