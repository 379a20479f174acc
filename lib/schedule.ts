import { Rule, Schedule } from 'aws-cdk-lib/aws-events';
import { LambdaFunction } from 'aws-cdk-lib/aws-events-targets';
import { Duration, Validations } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { HoldfastFunction } from './holdfast-function.ts';

export interface ScheduleProps {
  /** The time from one start to the next. */
  readonly every: Duration;
  /** The description of the rule in EventBridge. */
  readonly description: string;
  /** The function that the rule starts. */
  readonly function: HoldfastFunction;
  /** The reason why a lost event, or a run that fails, needs no queue or destination. */
  readonly ifLost: string;
}

/** The longest time for which an event waits, both at EventBridge and at Lambda. 60 s is their minimum. */
const MAX_EVENT_AGE = Duration.seconds(60);

/**
 * Starts a function at a fixed rate. An event that cannot start it within a minute is dropped, and a
 * run that fails is not repeated: the next event does the same work. By default, Lambda would keep the
 * events of a throttled function for six hours and then run them all.
 */
export function schedule(scope: Construct, id: string, props: ScheduleProps): void {
  const rule = new Rule(scope, id, {
    description: props.description,
    schedule: Schedule.rate(props.every),
    targets: [
      new LambdaFunction(props.function.lambda, { maxEventAge: MAX_EVENT_AGE, retryAttempts: 0 }),
    ],
  });
  const { lambda } = props.function;
  lambda.configureAsyncInvoke({ maxEventAge: MAX_EVENT_AGE, retryAttempts: 0 });
  Validations.of(rule).acknowledge({ id: 'Serverless-EventBusDLQ', reason: props.ifLost });
  Validations.of(lambda).acknowledge({
    id: 'Serverless-LambdaAsyncFailureDestination',
    reason: props.ifLost,
  });
}
