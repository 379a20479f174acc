import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';

/** Shows the use of Bedrock's quotas. */
export function quotaRows({ metrics }: HoldfastDashboardProps): IWidget[][] {
  return [
    [
      graph('Quotas per minute: % of the burst that is held', {
        left: metrics.by('target', METRIC.quotaHeld, { statistic: Stats.MAXIMUM }),
      }),
      graph('Calls not made for lack of quota, and throttles within it', {
        left: [
          ...metrics.by('target', METRIC.quotaSkips, { label: 'not made' }),
          ...metrics.by('target', METRIC.throttledWithinQuota, { label: 'throttled' }),
        ],
      }),
    ],
    [
      graph('Tokens of the daily quota that are used', {
        left: metrics.by('region', METRIC.dayTokens, { statistic: Stats.MAXIMUM }),
      }),
      graph('Seconds by which the daily quota ends early', {
        left: metrics.by('region', METRIC.dayBudgetEndsEarly, { statistic: Stats.MAXIMUM }),
      }),
    ],
  ];
}
