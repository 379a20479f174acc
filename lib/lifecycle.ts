import {
  Alarm,
  ComparisonOperator,
  Metric,
  Stats,
  TreatMissingData,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { NOTICE_DAYS } from '../lambda/contract/lifecycle.ts';
import { METRIC, METRICS_NAMESPACE } from '../lambda/contract/metrics.ts';
import type { CircuitsTable } from './circuits-table.ts';
import { type FunctionDefaults, HoldfastFunction } from './holdfast-function.ts';
import type { ModelAccess } from './model-access.ts';
import { schedule } from './schedule.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface LifecycleProps {
  readonly functions: FunctionDefaults;
  readonly settings: SettingsParameter;
  readonly circuits: CircuitsTable;
  readonly models: ModelAccess;
}

/** Asks Bedrock each day whether the chain's models near their end, and says so long before. */
export class Lifecycle extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: LifecycleProps) {
    super(scope, id);
    const { settings, circuits, models } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'lifecycle',
      defaults: props.functions,
      // A chain of many targets, asked one after the other, some of them not answering.
      timeout: Duration.minutes(5),
      environment: {
        ...settings.environment,
        [ENV.circuitsTable]: circuits.table.tableName,
      },
    });
    schedule(this, 'EachDay', {
      every: Duration.days(1),
      description: 'Starts the lifecycle check of Holdfast',
      function: this.function,
      ifLost: "Weeks are left to act on what the next day's check finds",
    });
    this.#alarm(props.functions.service);

    settings.grantRead(this.function);
    circuits.grantNoteLifecycles(this.function);
    models.grantReadLifecycle(this.function);
  }

  #alarm(service: string): void {
    new Alarm(this, 'Findings', {
      alarmDescription:
        `A model of the chain is LEGACY, within ${NOTICE_DAYS} days of its end of life or past it, ` +
        'or Bedrock does not show it to this account: GET /v1/admin/health says which. ' +
        'Choose its successor and change the chain.',
      metric: new Metric({
        namespace: METRICS_NAMESPACE,
        metricName: METRIC.lifecycleFindings,
        dimensionsMap: { service },
        statistic: Stats.MAXIMUM,
        period: Duration.days(1),
      }),
      // One is enough: it does not pass by itself, and weeks are left to act.
      threshold: 1,
      comparisonOperator: ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
      evaluationPeriods: 1,
      // A day's only report may fall beside the window; until the next one nothing has changed.
      treatMissingData: TreatMissingData.IGNORE,
    });
  }
}
