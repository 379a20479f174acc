import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { chainNames } from '../../lambda/contract/chains.ts';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';
import { PERIOD, SUMMED } from './instance-metrics.ts';
import { degradedShare } from './target-alarms.ts';

/** Shows the results and the latencies that callers see. */
export function jobRows({
  metrics,
  thresholds,
  api,
  settings,
}: HoldfastDashboardProps): IWidget[][] {
  return [
    [
      graph('Jobs', {
        left: [
          metrics.of(METRIC.jobsAccepted, { label: 'accepted' }),
          metrics.of(METRIC.jobsSucceeded, { label: 'succeeded' }),
          metrics.of(METRIC.jobsFailed, { label: 'failed' }),
          metrics.of(METRIC.jobsExpired, { label: 'expired' }),
          metrics.of(METRIC.jobsCancelled, { label: 'cancelled' }),
          metrics.of(METRIC.jobsDeadLettered, { label: 'dead-lettered' }),
        ],
      }),
      graph('Job latency from accepted to succeeded, ms', {
        left: PERCENTILES.map((p) => metrics.of(METRIC.jobLatency, { statistic: p, label: p })),
      }),
      graph('Jobs that fall back, %', {
        left: chainNames(settings).map((chain, i) =>
          degradedShare(metrics, chain, { period: PERIOD, suffix: String(i) }),
        ),
        leftYAxis: { min: 0, max: 100, showUnits: false },
        leftAnnotations: [thresholds.silentFallback.toAnnotation()],
      }),
    ],
    [
      graph('Jobs that wait for a model', {
        left: [metrics.of(METRIC.jobsDeferred, { label: 'deferrals' })],
      }),
      graph('Age of the oldest waiting job, ms', {
        left: [metrics.of(METRIC.deferredJobAge, { statistic: Stats.MAXIMUM, label: 'age' })],
        leftAnnotations: [thresholds.jobsWait.toAnnotation()],
      }),
      graph('API errors, and p99 latency in ms', {
        left: [
          api.metricClientError({ ...SUMMED, label: '4xx' }),
          api.metricServerError({ ...SUMMED, label: '5xx' }),
        ],
        leftAnnotations: [thresholds.apiFails.toAnnotation()],
        right: [api.metricLatency({ period: PERIOD, statistic: Stats.p(99), label: 'p99' })],
        rightYAxis: { min: 0, showUnits: false },
      }),
    ],
  ];
}

const PERCENTILES = [Stats.p(50), Stats.p(90), Stats.p(99)];
