import { AlarmStatusWidget, Dashboard, type IWidget, TextWidget } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { costRows } from './cost-rows.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { healthRow } from './health-row.ts';
import { jobRows } from './job-rows.ts';
import { modelRows } from './model-rows.ts';
import { quotaRows } from './quota-row.ts';
import { stuckRows } from './stuck-rows.ts';

/** The dashboard of an instance, ordered by the questions that an operator asks in an incident. */
export class HoldfastDashboard extends Construct {
  readonly dashboard: Dashboard;

  constructor(scope: Construct, id: string, props: HoldfastDashboardProps) {
    super(scope, id);
    const { alarms } = props;
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        [new AlarmStatusWidget({ title: 'Alarms', width: 24, height: 4, alarms: alarms.all })],
        question(`Is it healthy? Runbook for the alarms: ${alarms.runbookUrl}`),
        healthRow(props),
        question('What do callers experience?'),
        ...jobRows(props),
        question('What do the models do?'),
        ...quotaRows(props),
        ...modelRows(props),
        question('What is stuck or failing?'),
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
