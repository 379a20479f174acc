import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';

/** Shows the targets as the health page does. The sweeper reports them each minute, even without traffic. */
export function healthRow({ metrics, thresholds }: HoldfastDashboardProps): IWidget[] {
  return [
    graph('Targets: 0 admits all calls, 1 only probes, 2 none', {
      left: metrics.by('target', METRIC.targetState, { statistic: Stats.MAXIMUM }),
      leftYAxis: { min: 0, max: 2, showUnits: false },
    }),
    graph('Serving targets, by chain and tier', {
      left: [
        ...metrics.by('chain', METRIC.targetsServing, { statistic: Stats.MINIMUM }),
        ...metrics.by('tier', METRIC.targetsServing, { statistic: Stats.MINIMUM }),
      ],
      leftAnnotations: [thresholds.noTargetServes.toAnnotation()],
    }),
    graph('Serving targets, by region', {
      left: metrics.by('region', METRIC.targetsServing, { statistic: Stats.MINIMUM }),
      right: [metrics.of(METRIC.targetsDisabled, { statistic: Stats.MAXIMUM, label: 'disabled' })],
      rightYAxis: { min: 0, showUnits: false },
    }),
  ];
}
