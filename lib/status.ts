import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { ENV } from '../lambda/contract/env.ts';
import { LONGEST_WAIT_SECONDS } from '../lambda/contract/longest-wait.ts';
import { HoldfastFunction } from './holdfast-function.ts';
import type { InstanceParts } from './instance-parts.ts';

export interface StatusProps extends InstanceParts {
  /**
   * The concurrency that is reserved for this function, and its limit.
   * @default none; it shares the concurrency of the account
   */
  readonly concurrency?: number;
}

/**
 * The function that returns one job. A request with `wait` occupies a sandbox until the job ends,
 * so it has its own function, whose concurrency can be kept apart from the workers'.
 */
export class Status extends Construct {
  readonly function: HoldfastFunction;

  constructor(scope: Construct, id: string, props: StatusProps) {
    super(scope, id);
    const { corsOrigins, functions, settings, jobs, results, concurrency } = props;
    const { reserved, shared } = LONGEST_WAIT_SECONDS;
    const longestWaitSeconds = concurrency === undefined ? shared : reserved;

    this.function = new HoldfastFunction(this, 'Function', {
      handler: 'status',
      defaults: functions,
      // The limit is below the gateway's 29 s, so that the caller gets the function's own error.
      timeout: Duration.seconds(28),
      reservedConcurrency: concurrency,
      environment: {
        ...settings.environment,
        ...jobs.environment,
        ...results.environment,
        ...(corsOrigins.length > 0 && { [ENV.corsOrigins]: corsOrigins.join(' ') }),
        [ENV.longestWaitSeconds]: String(longestWaitSeconds),
      },
    });

    settings.grantRead(this.function);
    jobs.grantRead(this.function);
    results.grantReadResults(this.function);
  }
}
