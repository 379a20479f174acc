import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { JobsQueue } from '../jobs-queue.ts';
import type { Alarms } from './alarms.ts';
import type { InstanceMetrics } from './instance-metrics.ts';
import type { JobAlarms } from './job-alarms.ts';
import type { FunctionsByName, SystemAlarms } from './system-alarms.ts';
import type { TargetAlarms } from './target-alarms.ts';

/** The parts of an instance that the rows of the dashboard show. */
export interface HoldfastDashboardProps {
  readonly settings: Settings;
  readonly metrics: InstanceMetrics;
  /** All alarms, whose state is shown at the top. */
  readonly alarms: Alarms;
  /** The alarms whose thresholds are drawn into the graphs. */
  readonly thresholds: TargetAlarms & JobAlarms & SystemAlarms;
  readonly api: RestApi;
  readonly queue: JobsQueue;
  /** The functions, by the name that the graphs show. */
  readonly functions: FunctionsByName;
}
