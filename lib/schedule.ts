import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type Duration, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './holdfast-function.ts';

export interface ScheduleProps {
  readonly every: Duration;
  readonly description: string;
  readonly function: HoldfastFunction;
  /** Why an event that is lost needs no dead-letter queue. */
  readonly ifLost: string;
}

/** Starts a function again and again. */
export function schedule(scope: Construct, id: string, props: ScheduleProps): void {
  const rule = new Rule(scope, id, {
    description: props.description,
    schedule: Schedule.rate(props.every),
    targets: [new LambdaFunction(props.function.lambda)],
  });
  Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason: props.ifLost });
}
