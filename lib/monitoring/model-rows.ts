import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';
import type { InstanceMetrics } from './instance-metrics.ts';

/** Shows the calls to Bedrock and the reaction of the breaker. */
export function modelRows({ metrics, settings }: HoldfastDashboardProps): IWidget[][] {
  return [
    [
      graph('Model calls, and skipped targets', {
        left: [
          ...metrics.by('target', METRIC.modelCalls),
          ...metrics.by('target', METRIC.skippedCalls, { label: 'skipped' }),
        ],
      }),
      graph('Failed calls, by kind', { left: metrics.by('kind', METRIC.failedCalls) }),
      graph('Failures and throttles, by target', {
        left: [
          ...metrics.by('target', METRIC.modelFailures, { label: 'failed' }),
          ...metrics.by('target', METRIC.modelThrottles, { label: 'throttled' }),
        ],
      }),
    ],
    streamRow(metrics),
    [
      graph('Latency of model calls, ms', {
        left: [Stats.p(50), Stats.p(99)].flatMap((p) =>
          metrics.by('target', METRIC.modelLatency, { statistic: p, label: p }),
        ),
      }),
      graph('Circuits opened and closed', {
        left: [
          ...metrics.by('target', METRIC.circuitOpened, { label: 'opened' }),
          ...metrics.by('target', METRIC.circuitClosed, { label: 'closed' }),
        ],
      }),
      graph('Recovery calls', {
        left: [
          ...metrics.by('target', METRIC.recoveryCalls),
          ...(settings.probe.enabled
            ? metrics.by('target', METRIC.probes, { label: 'probes' })
            : []),
        ],
      }),
    ],
  ];
}

/** Shows the speed of streams and the answers that did not arrive whole. */
function streamRow(metrics: InstanceMetrics): IWidget[] {
  return [
    graph('Time to the first token, ms', {
      left: [Stats.p(50), Stats.p(90), Stats.p(99)].flatMap((p) =>
        metrics.by('target', METRIC.timeToFirstToken, { statistic: p, label: p }),
      ),
    }),
    // The slowest answers are those that a time limit cuts.
    graph('Output tokens per second', {
      left: [Stats.p(50), Stats.p(10)].flatMap((p) =>
        metrics.by('target', METRIC.tokensPerSecond, { statistic: p, label: p }),
      ),
    }),
    graph('Broken streams, answers cut by a time limit', {
      left: [
        ...metrics.by('target', METRIC.brokenStreams, { label: 'broken' }),
        ...metrics.by('target', METRIC.answersCut, { label: 'cut' }),
      ],
    }),
  ];
}
