import { type IMetric, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { chainNames, targetsOf, tierKey, tiersOf } from '../../lambda/contract/chains.ts';
import { DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../lambda/contract/metrics.ts';
import { type Settings, targetKey } from '../../lambda/contract/policy.ts';
import { FAILURE_KINDS, SWEEP_ACTIONS } from '../../lambda/contract/words.ts';

/** The shortest period that CloudWatch keeps for two weeks. The sweeper reports once a minute. */
export const PERIOD = Duration.minutes(1);
/** The options for metrics that AWS services count. */
export const SUMMED = { period: PERIOD, statistic: Stats.SUM };
/** The options for metrics that AWS services sample. */
export const SAMPLED = { period: PERIOD, statistic: Stats.MAXIMUM };

/**
 * Returns a metric that the functions of the instance named `service` report. By default its
 * statistic is the sum.
 */
export function instanceMetric(
  service: string,
  metricName: MetricName,
  options: MetricOptions = {},
): Metric {
  return new Metric({
    namespace: METRICS_NAMESPACE,
    metricName,
    statistic: Stats.SUM,
    ...options,
    // Powertools adds the service to every metric.
    dimensionsMap: { service, ...options.dimensionsMap },
  });
}

/** The way in which a graph shows a metric. */
export interface Drawn {
  /**
   * The name in the graph. The metric of an alarm must have none.
   * @default the metric's name
   */
  readonly label?: string;
  /**
   * The CloudWatch statistic.
   * @default Sum
   */
  readonly statistic?: string;
  /**
   * The period of a data point.
   * @default a minute
   */
  readonly period?: Duration;
}

type DimensionName = keyof typeof DIMENSION;

/** The metrics that the functions of one instance report, for graphs and alarms. */
export class InstanceMetrics {
  readonly #service: string;
  readonly #values: Readonly<Record<DimensionName, readonly string[]>>;

  /** @param service The instance's name, which is a dimension of all its metrics. */
  constructor(service: string, settings: Settings) {
    const targets = targetsOf(settings);
    this.#service = service;
    this.#values = {
      target: targets.map(targetKey),
      chain: chainNames(settings),
      tier: tiersOf(settings).map(tierKey),
      region: [...new Set(targets.map(({ region }) => region))],
      kind: [...FAILURE_KINDS, 'unknown'],
      action: SWEEP_ACTIONS,
    };
  }

  /** Returns a metric of the whole instance, or of the given dimensions. */
  of(name: MetricName, drawn: Drawn = {}, dimensionsMap: Record<string, string> = {}): Metric {
    return instanceMetric(this.#service, name, { period: PERIOD, ...drawn, dimensionsMap });
  }

  /** Returns a metric for each value of the dimension. `label` follows the value in the graph. */
  by(dimension: DimensionName, name: MetricName, { label = '', ...drawn }: Drawn = {}): IMetric[] {
    return this.#values[dimension].map((value) =>
      this.of(
        name,
        { ...drawn, label: `${value} ${label}`.trim() },
        { [DIMENSION[dimension]]: value },
      ),
    );
  }
}
