import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import type { JobPolicy } from '../lambda/contract/policy.ts';
import { workerTimeoutSeconds } from '../lambda/contract/time-budget.ts';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';
import { schedule } from './schedule.ts';

export interface ProberProps extends InstanceParts {
  /** The jobs' limits. A round may take as long as a worker, because a call may. */
  readonly policy: JobPolicy;
}

/**
 * The function that, once a minute, probes the targets whose circuits wait for a recovery and that
 * no job calls. It is separate from the sweeper, which therefore needs no right to call a model
 * and never waits for one.
 */
export class Prober extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: ProberProps) {
    super(scope, id);
    const { functions, settings, circuits, models } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'prober',
      defaults: functions,
      // May exceed a minute, because rounds that overlap share the permits of the circuits.
      timeout: Duration.seconds(workerTimeoutSeconds(props.policy)),
      environment: { ...settings.environment, ...circuits.environment },
    });
    schedule(this, 'EachMinute', {
      every: Duration.minutes(1),
      description: 'Starts the prober of Holdfast',
      function: this.function,
      ifLost: 'The probe of the next minute makes up for a lost event',
    });

    settings.grantRead(this.function);
    circuits.grantOperate(this.function);
    models.grantInvoke(this.function);
  }
}
