import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import type { CircuitsTable } from './circuits-table.ts';
import { type FunctionDefaults, HoldfastFunction } from './holdfast-function.ts';
import type { ModelAccess } from './model-access.ts';
import { schedule } from './schedule.ts';
import type { SettingsParameter } from './settings-parameter.ts';

export interface ProberProps {
  readonly functions: FunctionDefaults;
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
      defaults: props.functions,
      // Beyond the minute: what overlaps shares the circuits' permits.
      timeout: props.timeout,
      environment: {
        ...settings.environment,
        [ENV.circuitsTable]: circuits.table.tableName,
      },
    });
    schedule(this, 'EachMinute', {
      every: Duration.minutes(1),
      description: 'Starts the prober of Holdfast',
      function: this.function,
      ifLost: "The next minute's probe does what a lost event left undone",
    });

    settings.grantRead(this.function);
    circuits.grantOperate(this.function);
    models.grantInvoke(this.function);
  }
}
