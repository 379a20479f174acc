import { Grant } from 'aws-cdk-lib/aws-iam';
import { Duration, Validations } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';
import { schedule } from './schedule.ts';

/**
 * The function that asks Bedrock each day whether a model of a chain is near its end of life, and Service
 * Quotas for the quotas of the chains' models.
 */
export class Lifecycle extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: InstanceParts) {
    super(scope, id);
    const { functions, settings, circuits, models } = props;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'lifecycle',
      defaults: functions,
      // Enough for many targets, one after the other, even if some calls get no response.
      timeout: Duration.minutes(5),
      environment: { ...settings.environment, ...circuits.environment },
    });
    schedule(this, 'EachDay', {
      every: Duration.days(1),
      description: 'Starts the check of models and quotas of Holdfast',
      function: this.function,
      ifLost: 'The check of the next day makes up for a lost event',
    });

    settings.grantRead(this.function);
    circuits.grantNotes(this.function);
    models.grantReadLifecycle(this.function);
    this.#grantListQuotas();
  }

  #grantListQuotas(): void {
    Grant.addToPrincipal({
      grantee: this.function,
      actions: ['servicequotas:ListServiceQuotas'],
      resourceArns: ['*'],
    });
    Validations.of(this.function).acknowledge({
      id: 'AwsSolutions-IAM5[Resource::*]',
      reason: 'ListServiceQuotas names no resource, so a policy cannot narrow it; it only reads',
    });
  }
}
