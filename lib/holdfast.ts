import type { Metric, MetricOptions } from 'aws-cdk-lib/aws-cloudwatch';
import type { OnEventOptions, Rule } from 'aws-cdk-lib/aws-events';
import { Grant, type IGrantable } from 'aws-cdk-lib/aws-iam';
import { Names, RemovalPolicy, Stack } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { MetricName } from '../lambda/contract/metrics.ts';
import type { SettingsInput } from '../lambda/contract/policy.ts';
import { parseSettings } from '../lambda/contract/schemas/settings.ts';
import { Admin } from './admin.ts';
import { Api } from './api.ts';
import { bundledHandlers } from './bundle.ts';
import { circuitsServer } from './circuits-server.ts';
import { CircuitsTable } from './circuits-table.ts';
import { CompletionEvents } from './completion-events.ts';
import { refuseContradictions } from './contradictions.ts';
import { keptData } from './data-protection.ts';
import { FunctionNetwork } from './function-network.ts';
import type { HoldfastProps } from './holdfast-props.ts';
import type { InstanceParts } from './instance-parts.ts';
import { JobsQueue } from './jobs-queue.ts';
import { JobsTable } from './jobs-table.ts';
import { Lifecycle } from './lifecycle.ts';
import { ModelAccess } from './model-access.ts';
import { instanceMetric } from './monitoring/instance-metrics.ts';
import { Monitoring } from './monitoring/monitoring.ts';
import { OperatorLog } from './operator-log.ts';
import { Prober } from './prober.ts';
import { RequestHandler } from './request.ts';
import { ResultsBucket } from './results-bucket.ts';
import { SettingsParameter } from './settings-parameter.ts';
import { Status } from './status.ts';
import { Sweeper } from './sweeper.ts';
import { Worker } from './worker.ts';

export { defineSettings, SettingsError } from '../lambda/contract/schemas/settings.ts';
export type { HoldfastProps, MetricName, SettingsInput };

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
  readonly operatorLog: OperatorLog;
  readonly monitoring: Monitoring;

  /** Throws a SettingsError for invalid settings or props, with a line for each fault. */
  constructor(scope: Construct, id: string, props: HoldfastProps) {
    super(scope, id);
    const { removalPolicy = RemovalPolicy.RETAIN, pointInTimeRecovery = true } = props;
    const { corsOrigins = [], encryptionKey, vpc, vpcSubnets, apiKey, statusConcurrency } = props;
    const given = parseSettings(props.settings, 'settings');
    refuseContradictions(props, given.breaker, Stack.of(this).region);
    this.service = Names.uniqueResourceName(this, NAME_OPTIONS);

    const network = vpc && new FunctionNetwork(this, 'Network', { vpc, vpcSubnets });
    const { settings, secret } = circuitsServer(this, given, props, network);
    const { jobs: policy, api: limits, breaker, probe } = settings;
    const code = props.code ?? bundledHandlers(breaker.store);
    const data = {
      removalPolicy: keptData(removalPolicy),
      pointInTimeRecovery,
      encryptionKey,
    };

    this.settings = new SettingsParameter(this, 'Settings', { settings });
    const { deployedSettings } = this.settings;
    this.jobs = new JobsTable(this, 'Jobs', data);
    this.circuits = new CircuitsTable(this, 'Circuits', { ...data, secret });
    this.results = new ResultsBucket(this, 'Results', { ...data, policy, corsOrigins });
    this.queue = new JobsQueue(this, 'Queue', { policy, encryptionKey });
    this.events = new CompletionEvents(this, 'Events', { service: this.service });

    const parts: InstanceParts = {
      corsOrigins,
      functions: {
        code: (handler) => code(handler, deployedSettings),
        service: this.service,
        encryptionKey,
        network,
      },
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
      gatewayLogRole: props.gatewayLogRole ?? false,
      corsOrigins,
      apiKey,
    });
    this.operatorLog = new OperatorLog(this, 'OperatorLog', data);
    const worker = new Worker(this, 'Worker', { ...parts, policy });
    const sweeper = new Sweeper(this, 'Sweeper', parts);
    const admin = new Admin(this, 'Admin', { ...parts, api: this.api, log: this.operatorLog });
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
}

const NAME_OPTIONS = { separator: '-', allowedSpecialCharacters: '-' };
