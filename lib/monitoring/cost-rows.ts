import { type IMetric, type IWidget, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { tierKey } from '../../lambda/contract/chains.ts';
import { NOTICE_DAYS } from '../../lambda/contract/lifecycle.ts';
import { DIMENSION, METRIC, type MetricName } from '../../lambda/contract/metrics.ts';
import { modelFacts } from '../../lambda/contract/models.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';
import type { InstanceMetrics } from './instance-metrics.ts';

/** The period of cost graphs: cost is easier to judge by the hour than by the minute. */
const HOUR = Duration.hours(1);

/** Shows the cost of tokens at list prices, and the days until each model's end of life. */
export function costRows({ metrics, settings }: HoldfastDashboardProps): IWidget[][] {
  return [
    [
      graph('Cost of models, US$ per hour', {
        left: metrics.by('tier', METRIC.modelCost, { period: HOUR }),
        stacked: true,
        // Calls that brought no whole answer, but may be billed.
        right: metrics.by('tier', METRIC.estimatedCost, { label: 'estimated', period: HOUR }),
        rightYAxis: { min: 0, showUnits: false },
      }),
      graph('Extra cost of falling back, US$ per hour', {
        left: extraSpend(metrics, settings),
        leftYAxis: { showUnits: false },
      }),
      graph('Tokens per hour', {
        left: [
          ...metrics.by('tier', METRIC.inputTokens, { label: 'in', period: HOUR }),
          ...metrics.by('tier', METRIC.outputTokens, { label: 'out', period: HOUR }),
        ],
      }),
    ],
    [
      graph('Days until end of life, if known', {
        // The lifecycle check reports once a day.
        left: metrics.by('target', METRIC.daysToEndOfLife, {
          statistic: Stats.MINIMUM,
          period: Duration.days(1),
        }),
        leftAnnotations: [{ value: NOTICE_DAYS, label: 'alarm' }],
        start: '-P30D',
        width: 24,
      }),
    ],
  ];
}

/**
 * Returns, for each fallback tier of each chain, its cost minus the cost of the same tokens at the
 * price of the chain's primary. A value below zero means that the fallback was cheaper.
 */
function extraSpend(metrics: InstanceMetrics, settings: Settings): IMetric[] {
  const fallbacks = Object.entries(settings.chains).flatMap(([chain, { tiers }]) => {
    const [primary, ...others] = tiers;
    const target = primary?.targets[0];
    const price = target && modelFacts(target)?.price;
    return price ? others.map((tier) => ({ key: tierKey({ chain, tier }), price })) : [];
  });
  return fallbacks.map(({ key, price }, i) => {
    const of = (metric: MetricName) =>
      metrics.of(metric, { period: HOUR }, { [DIMENSION.tier]: key });
    return new MathExpression({
      // Ids must be unique within a graph.
      expression: `spent${i} - (input${i} * ${price.input} + output${i} * ${price.output}) / 1000000`,
      usingMetrics: {
        [`spent${i}`]: of(METRIC.modelCost),
        [`input${i}`]: of(METRIC.inputTokens),
        [`output${i}`]: of(METRIC.outputTokens),
      },
      label: key,
      period: HOUR,
    });
  });
}
