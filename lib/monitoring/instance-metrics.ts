import { type IMetric, Metric, type MetricOptions, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { DIMENSION, METRICS_NAMESPACE, type MetricName } from '../../lambda/contract/metrics.ts';
import { type Settings, targetKey, targetsOf } from '../../lambda/contract/policy.ts';
import { FAILURE_KINDS, SWEEP_ACTIONS } from '../../lambda/contract/words.ts';

/** The finest that CloudWatch keeps for two weeks; the sweeper reports as often. */
export const PERIOD = Duration.minutes(1);
/** Of what services count, and of what they sample. */
export const SUMMED = { period: PERIOD, statistic: Stats.SUM };
export const SAMPLED = { period: PERIOD, statistic: Stats.MAXIMUM };

/** A metric that the functions of the instance called `service` report; a sum by default. */
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
    // Powertools puts the service on every metric.
    dimensionsMap: { service, ...options.dimensionsMap },
  });
}

export interface Drawn {
  /** CDK draws the metric's name without one; an alarm's metric must have none. */
  readonly label?: string;
  /** @default Sum */
  readonly statistic?: string;
  /** @default a minute */
  readonly period?: Duration;
}

type DimensionName = keyof typeof DIMENSION;

/** What the functions of one instance report, as metrics to draw and to watch. */
export class InstanceMetrics {
  readonly #service: string;
  readonly #values: Readonly<Record<DimensionName, readonly string[]>>;

  /** @param service The instance's name: a dimension of all its metrics. */
  constructor(service: string, settings: Settings) {
    const targets = targetsOf(settings);
    this.#service = service;
    this.#values = {
      target: targets.map(targetKey),
      tier: settings.tiers.map(({ name }) => name),
      region: [...new Set(targets.map(({ region }) => region))],
      kind: [...FAILURE_KINDS, 'unknown'],
      action: SWEEP_ACTIONS,
    };
  }

  of(name: MetricName, drawn: Drawn = {}, dimensionsMap: Record<string, string> = {}): Metric {
    return instanceMetric(this.#service, name, { period: PERIOD, ...drawn, dimensionsMap });
  }

  /** One metric for each value that the dimension can have; `label` comes after the value. */
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
