import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';

/** Shows the use of Bedrock's quotas. */
export function quotaRow({ metrics }: HoldfastDashboardProps): IWidget[] {
  return [
    graph('Tokens of the daily quota that are used', {
      left: metrics.by('region', METRIC.dayTokens, { statistic: Stats.MAXIMUM }),
    }),
    graph('Seconds by which the daily quota ends early', {
      left: metrics.by('region', METRIC.dayBudgetEndsEarly, { statistic: Stats.MAXIMUM }),
    }),
  ];
}
