import type { RestApi } from 'aws-cdk-lib/aws-apigateway';
import { type Alarm, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { ITable } from 'aws-cdk-lib/aws-dynamodb';
import { Duration } from 'aws-cdk-lib/core';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastFunction } from '../holdfast-function.ts';
import type { Alarms } from './alarms.ts';
import type { InstanceMetrics } from './instance-metrics.ts';

/** The functions that traffic starts. They have alarms of their own. */
const STARTED_BY_TRAFFIC = ['request', 'status', 'worker'] as const;

/** Functions by name. */
export type FunctionsByName = Readonly<
  Record<(typeof STARTED_BY_TRAFFIC)[number], HoldfastFunction> & Record<string, HoldfastFunction>
>;

/** The parts of an instance that the system alarms watch. */
export interface SystemParts {
  readonly api: RestApi;
  /** The functions, by the name that alarms show. */
  readonly functions: FunctionsByName;
  /** The tables, by the name that alarms show. */
  readonly tables: Readonly<Record<string, ITable>>;
}

export type SystemAlarms = Readonly<Record<'apiFails', Alarm>>;

/** Adds the alarms on functions, tables and the API. The dashboard draws the returned threshold. */
export function systemAlarms(
  alarms: Alarms,
  metrics: InstanceMetrics,
  { api, functions, tables }: SystemParts,
): SystemAlarms {
  alarms.add('SweeperSilent', {
    metric: metrics.of(METRIC.sweptJobs, { statistic: Stats.SAMPLE_COUNT }),
    threshold: 1,
    below: true,
    periods: 5,
    means: 'No sweep has finished: lost jobs are not found, and circuits are not reported.',
    because: 'a sweep runs each minute; five minutes allow for a deploy and a slow start.',
    missing: 'alarm',
  });
  alarms.add('SettingsRejected', {
    metric: metrics.of(METRIC.settingsRejected, { period: Duration.minutes(5) }),
    threshold: 1,
    periods: 3,
    means: 'The settings parameter is not usable; the last valid settings stay in force.',
    because:
      'functions that a deploy has not updated yet may refuse its settings for a few minutes.',
    missing: 'ok',
  });
  alarms.add('SettingsUnread', {
    metric: metrics.of(METRIC.settingsUnread, {
      period: Duration.minutes(5),
      statistic: Stats.MAXIMUM,
    }),
    threshold: 5,
    means: 'SSM does not return the settings, so an edit may not take effect.',
    because:
      'a read that SSM throttles at the start of a large fleet succeeds at the next try; five in a row take six minutes on average.',
    missing: 'ok',
  });
  for (const [name, each] of Object.entries(functions)) watchErrors(alarms, name, each);
  // These are throttled first when the account's concurrency is used up.
  for (const name of STARTED_BY_TRAFFIC) watchThrottles(alarms, name, functions[name]);
  for (const [name, table] of Object.entries(tables)) watchTable(alarms, name, table);
  return {
    apiFails: alarms.add('ApiFails', {
      metric: api.metricServerError(EACH_FIVE_MINUTES),
      threshold: 5,
      means: 'Callers get HTTP 5xx: the API does not accept jobs or does not return their state.',
      because: 'a deploy or a cold start can cause single errors, which callers retry.',
      missing: 'ok',
    }),
  };
}

const EACH_FIVE_MINUTES = { period: Duration.minutes(5), statistic: Stats.SUM };

function watchErrors(alarms: Alarms, name: string, { lambda }: HoldfastFunction): void {
  alarms.add(`${capitalized(name)}Errors`, {
    metric: lambda.metricErrors(EACH_FIVE_MINUTES),
    // The lifecycle function runs once a day and is not tried again.
    threshold: name === 'lifecycle' ? 1 : 3,
    means: `The ${name} function fails or times out.`,
    because:
      'the next run makes up for a single error, except that of a function that runs once a day.',
    missing: 'ok',
    section: 'function-errors',
  });
}

function watchThrottles(alarms: Alarms, name: string, { lambda }: HoldfastFunction): void {
  alarms.add(`${capitalized(name)}Throttled`, {
    metric: lambda.metricThrottles(EACH_FIVE_MINUTES),
    threshold: 1,
    means: `Lambda throttles the ${name} function: the concurrency that it may use is used up.`,
    because: 'only the status function has a limit of its own, and only if you reserve one.',
    missing: 'ok',
    section: 'function-throttled',
  });
}

function watchTable(alarms: Alarms, name: string, table: ITable): void {
  alarms.add(`${capitalized(name)}TableThrottled`, {
    metric: table.metric('WriteThrottleEvents', EACH_FIVE_MINUTES),
    threshold: 10,
    means: `DynamoDB throttles writes to the ${name} table.`,
    because:
      'the SDK retries throttled writes; ten in five minutes are more than retries can hide.',
    missing: 'ok',
    section: 'table-throttled',
  });
}

function capitalized(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
