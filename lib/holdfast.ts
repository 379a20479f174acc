import type { IApiKey } from 'aws-cdk-lib/aws-apigateway';
import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { IVpc, SubnetSelection } from 'aws-cdk-lib/aws-ec2';
import type { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import type { IKey } from 'aws-cdk-lib/aws-kms';
import type { ITopic } from 'aws-cdk-lib/aws-sns';
import { Names, RemovalPolicy } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { MetricName } from '../lambda/contract/metrics.ts';
import type { Settings, SettingsInput } from '../lambda/contract/policy.ts';
import { parseSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
import { Admin } from './admin.ts';
import { Api } from './api.ts';
import { bundledHandlers, type HandlerCode } from './bundle.ts';
import { CircuitsCache } from './circuits-cache.ts';
import { CircuitsTable } from './circuits-table.ts';
import { CompletionEvents } from './completion-events.ts';
import { FunctionNetwork } from './function-network.ts';
import type { InstanceParts } from './instance-parts.ts';
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
import { Status } from './status.ts';
import { Sweeper } from './sweeper.ts';
import { Worker } from './worker.ts';

export { defineSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
export type { MetricName, SettingsInput };

export interface HoldfastProps {
  /** The targets, their order and the policy of the breaker; docs/settings.md lists all fields. */
  readonly settings: SettingsInput;
  /**
   * The policy for jobs, circuits, prompts and results when the stack is deleted. With DESTROY, a
   * function of CDK empties the bucket first.
   * @default RemovalPolicy.RETAIN
   */
  readonly removalPolicy?: RemovalPolicy;
  /**
   * Lets both tables be restored to any second of the last 35 days.
   * @default true
   */
  readonly pointInTimeRecovery?: boolean;
  /**
   * The key that encrypts the tables, the bucket, the queues and the cache. If it belongs to another
   * account or region, its policy must let the functions' roles use it.
   * @default keys that AWS manages
   */
  readonly encryptionKey?: IKey;
  /**
   * An existing API key for callers.
   * @default a new key
   */
  readonly apiKey?: IApiKey;
  /**
   * The concurrency that is reserved for GET /v1/jobs/{id}, and its limit. With it, a request may
   * wait for the end of a job for 20 s, and waiting requests cannot take the workers' concurrency.
   * Lambda keeps 100 of the account's concurrency unreserved, so a new account can reserve none.
   * @default none; a request may wait for 5 s
   */
  readonly statusConcurrency?: number;
  /**
   * The VPC in which the functions run. It must give them access, through NAT or endpoints, to
   * Bedrock in each region of the chain and to SQS, DynamoDB, S3, EventBridge and SSM.
   * @default outside of any VPC
   */
  readonly vpc?: IVpc;
  /**
   * The subnets of `vpc` in which the functions run.
   * @default private subnets with a route to the internet
   */
  readonly vpcSubnets?: SubnetSelection;
  /**
   * Makes an ElastiCache Serverless cache for Valkey in `vpc` and stores the circuits in it. This sets
   * `breaker.store` and `breaker.redisUrl` in the settings.
   * @default false; `breaker.store` names the store
   */
  readonly valkey?: boolean;
  /**
   * The topic that alarms notify.
   * @default a new topic without subscriptions
   */
  readonly alarmTopic?: ITopic;
  /**
   * The address of the runbook, which each alarm names.
   * @default docs/runbook.md of this package
   */
  readonly runbookUrl?: string;
  /**
   * Returns the code of each handler.
   * @default the handlers of this package, bundled at synth
   */
  readonly code?: HandlerCode;
}

/** An instance of Holdfast: the API, the queue, the functions, the stores and the monitoring. */
export class Holdfast extends Construct {
  /** The instance's name: the `service` dimension of its metrics and the name of its event bus. */
  readonly service: string;
  readonly settings: SettingsParameter;
  readonly jobs: JobsTable;
  readonly circuits: CircuitsTable;
  readonly results: ResultsBucket;
  readonly queue: JobsQueue;
  readonly events: CompletionEvents;
  readonly api: Api;
  readonly monitoring: Monitoring;

  /** Throws a SettingsError for invalid settings, with a line for each fault. */
  constructor(scope: Construct, id: string, props: HoldfastProps) {
    super(scope, id);
    const { removalPolicy = RemovalPolicy.RETAIN, pointInTimeRecovery = true } = props;
    const { encryptionKey, vpc, vpcSubnets, apiKey, statusConcurrency } = props;
    this.service = Names.uniqueResourceName(this, NAME_OPTIONS);

    const network = vpc && new FunctionNetwork(this, 'Network', { vpc, vpcSubnets });
    const given = parseSettings(props.settings, 'settings');
    const settings = props.valkey ? this.#withValkey(given, props, network) : given;
    const { jobs: policy, api: limits, breaker, probe } = settings;
    const code = props.code ?? bundledHandlers(breaker.store);
    const data = { removalPolicy, pointInTimeRecovery, encryptionKey };

    this.settings = new SettingsParameter(this, 'Settings', { settings });
    this.jobs = new JobsTable(this, 'Jobs', data);
    this.circuits = new CircuitsTable(this, 'Circuits', data);
    this.results = new ResultsBucket(this, 'Results', { ...data, policy });
    this.queue = new JobsQueue(this, 'Queue', { policy, encryptionKey });
    this.events = new CompletionEvents(this, 'Events', { service: this.service });

    const parts: InstanceParts = {
      functions: { code, service: this.service, encryptionKey, network },
      settings: this.settings,
      jobs: this.jobs,
      circuits: this.circuits,
      results: this.results,
      queue: this.queue,
      events: this.events,
      models: new ModelAccess(this, 'Models', { settings }),
    };
    const request = new RequestHandler(this, 'Request', parts);
    const status = new Status(this, 'Status', { ...parts, concurrency: statusConcurrency });
    this.api = new Api(this, 'Api', {
      service: this.service,
      request: request.function,
      status: status.function,
      limits,
      removalPolicy,
      apiKey,
    });
    const worker = new Worker(this, 'Worker', { ...parts, policy });
    const sweeper = new Sweeper(this, 'Sweeper', parts);
    const admin = new Admin(this, 'Admin', { ...parts, api: this.api });
    const lifecycle = new Lifecycle(this, 'Lifecycle', parts);
    const prober = probe.enabled ? new Prober(this, 'Prober', { ...parts, policy }) : undefined;

    this.monitoring = new Monitoring(this, 'Monitoring', {
      settings,
      service: this.service,
      topic: props.alarmTopic,
      runbookUrl: props.runbookUrl,
      api: this.api.restApi,
      queue: this.queue,
      functions: {
        request: request.function,
        status: status.function,
        worker: worker.function,
        sweeper: sweeper.function,
        admin: admin.function,
        lifecycle: lifecycle.function,
        ...(prober && { prober: prober.function }),
      },
      tables: { jobs: this.jobs.table, circuits: this.circuits.table },
    });
  }

  /** Adds a rule for completion events; docs/completion-events.md shows patterns that narrow it. */
  onJobEnded(id: string, options: OnEventOptions = {}): Rule {
    return this.events.onJobEnded(id, options);
  }

  /** Grants calling the operators' routes, with requests that the grantee signs (SigV4). */
  grantOperate(grantee: IGrantable): Grant {
    const { restApi } = this.api;
    return Grant.addToPrincipal({
      grantee,
      actions: ['execute-api:Invoke'],
      resourceArns: [restApi.arnForExecuteApi('*', '/admin/*', restApi.deploymentStage.stageName)],
    });
  }

  /** Returns a metric of this instance. By default its statistic is the sum. */
  metric(metricName: MetricName, options: MetricOptions = {}): Metric {
    return instanceMetric(this.service, metricName, options).attachTo(this);
  }

  #withValkey(settings: Settings, props: HoldfastProps, network?: FunctionNetwork): Settings {
    if (!network)
      throw new SettingsError('props', ['valkey: got true, allowed only together with vpc']);
    const { url: redisUrl } = new CircuitsCache(this, 'Cache', {
      ...network.placement,
      clients: network.securityGroup,
      encryptionKey: props.encryptionKey,
    });
    return { ...settings, breaker: { ...settings.breaker, store: 'redis', redisUrl } };
  }
}

const NAME_OPTIONS = { separator: '-', allowedSpecialCharacters: '-' };
