import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { AlarmStatusWidget, Dashboard, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { JobsQueue } from '../jobs-queue.ts';
import type { Alarms } from './alarms.ts';
import { costRows } from './cost-rows.ts';
import { healthRow } from './health-row.ts';
import type { InstanceMetrics } from './instance-metrics.ts';
import type { JobAlarms } from './job-alarms.ts';
import { jobRows } from './job-rows.ts';
import { modelRows } from './model-rows.ts';
import { stuckRows } from './stuck-rows.ts';
import type { FunctionsByName, SystemAlarms } from './system-alarms.ts';
import type { TargetAlarms } from './target-alarms.ts';

export interface HoldfastDashboardProps {
  readonly settings: Settings;
  readonly metrics: InstanceMetrics;
  readonly alarms: Alarms;
  /** Those whose thresholds are drawn. */
  readonly thresholds: TargetAlarms & JobAlarms & SystemAlarms;
  readonly api: RestApi;
  readonly queue: JobsQueue;
  /** By the name under which each is drawn. */
  readonly functions: FunctionsByName;
}

/** What an operator asks, from top to bottom. */
export class HoldfastDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: HoldfastDashboardProps) {
    super(scope, id);
    const { alarms } = props;
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 4, alarms: alarms.all })],
        question(`Is it healthy? What to do about an alarm: ${alarms.runbookUrl}`),
        healthRow(props),
        question('What do callers feel?'),
        ...jobRows(props),
        question('What do the models do?'),
        ...modelRows(props),
        question('What is stuck, and what breaks?'),
        ...stuckRows(props),
        question('What does it cost?'),
        ...costRows(props),
      ],
    });
  }
}

function question(text: string): IWidget[] {
  return [new TextWidget({ markdown: `## ${text}`, width: 24, height: 1 })];
}
