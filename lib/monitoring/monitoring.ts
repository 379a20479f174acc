import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Construct } from 'constructs';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { JobsQueue } from '../jobs-queue.ts';
import { Alarms, type AlarmsProps } from './alarms.ts';
import { HoldfastDashboard } from './dashboard.ts';
import { InstanceMetrics } from './instance-metrics.ts';
import { jobAlarms } from './job-alarms.ts';
import { Queries } from './queries.ts';
import { type FunctionsByName, systemAlarms } from './system-alarms.ts';
import { targetAlarms } from './target-alarms.ts';

export interface MonitoringProps extends AlarmsProps {
  readonly settings: Settings;
  /** The instance's name, which is a dimension of all its metrics. */
  readonly service: string;
  readonly api: RestApi;
  readonly queue: JobsQueue;
  /** The functions, by the name that graphs and alarms show. */
  readonly functions: FunctionsByName;
  /** The tables, by the name that alarms show. */
  readonly tables: Readonly<Record<string, ITable>>;
}

/** The operator's view of an instance: alarms, a dashboard and saved log queries. */
export class Monitoring extends Construct {
  readonly alarms: Alarms;
  readonly dashboard: HoldfastDashboard;

  constructor(scope: Construct, id: string, props: MonitoringProps) {
    super(scope, id);
    const { settings, service, queue, functions } = props;
    const metrics = new InstanceMetrics(service, settings);
    this.alarms = new Alarms(this, 'Alarms', props);
    const thresholds = {
      ...targetAlarms(this.alarms, metrics, settings),
      ...jobAlarms(this.alarms, metrics, queue),
      ...systemAlarms(this.alarms, metrics, props),
    };
    this.dashboard = new HoldfastDashboard(this, 'Dashboard', {
      ...props,
      metrics,
      alarms: this.alarms,
      thresholds,
    });
    new Queries(this, 'Queries', { service, functions: Object.values(functions) });
  }
}
