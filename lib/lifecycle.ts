import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
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

/** Asks Bedrock each day whether the chain's models near their end. */
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

    settings.grantRead(this.function);
    circuits.grantNoteLifecycles(this.function);
    models.grantReadLifecycle(this.function);
  }
}
