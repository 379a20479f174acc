import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { type Duration, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './holdfast-function.ts';

export interface ScheduleProps {
  /** The time from one start to the next. */
  readonly every: Duration;
  /** The description of the rule in EventBridge. */
  readonly description: string;
  /** The function that the rule starts. */
  readonly function: HoldfastFunction;
  /** The reason why a lost event needs no dead-letter queue. */
  readonly ifLost: string;
}

/** Starts a function at a fixed rate. */
export function schedule(scope: Construct, id: string, props: ScheduleProps): void {
  const rule = new Rule(scope, id, {
    description: props.description,
    schedule: Schedule.rate(props.every),
    targets: [new LambdaFunction(props.function.lambda)],
  });
  Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason: props.ifLost });
}
