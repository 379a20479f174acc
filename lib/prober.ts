import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { HandlerCode } from './bundle.ts';
import type { CircuitsTable } from './circuits-table.ts';
import { HoldfastFunction } from './holdfast-function.ts';
import type { ModelAccess } from './model-access.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface ProberProps {
  readonly code: HandlerCode;
  /** Time for a whole call, after others. */
  readonly timeout: Duration;
  readonly settings: SettingsParameter;
  readonly circuits: CircuitsTable;
  readonly models: ModelAccess;
}

/**
 * Tries each minute the targets whose circuits wait and that no job calls. A function of its own, so
 * that the sweeper never may call a model, nor waits for one.
 */
export class Prober extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: ProberProps) {
    super(scope, id);
    const { settings, circuits, models } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'prober',
      code: props.code,
      // Beyond the minute: what overlaps shares the circuits' permits.
      timeout: props.timeout,
      environment: {
        [ENV.settingsParameter]: settings.parameter.parameterName,
        [ENV.circuitsTable]: circuits.table.tableName,
      },
    });
    const rule = new Rule(this, 'EachMinute', {
      description: 'Starts the prober of Holdfast',
      schedule: Schedule.rate(Duration.minutes(1)),
      targets: [new LambdaFunction(this.function.lambda)],
    });
    Validations.of(rule).acknowledge({
      id: 'Serverless-EventBusDLQ',
      reason: "The next minute's probe does what a lost event left undone",
    });

    settings.grantRead(this.function);
    circuits.grantOperate(this.function);
    models.grantInvoke(this.function);
  }
}
