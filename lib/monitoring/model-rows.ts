import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';

/** Shows the calls to Bedrock and the reaction of the breaker. */
export function modelRows({ metrics, settings }: HoldfastDashboardProps): IWidget[][] {
  return [
    [
      graph('Model calls', { left: metrics.by('target', METRIC.modelCalls) }),
      graph('Failed calls, by kind', { left: metrics.by('kind', METRIC.failedCalls) }),
      graph('Failures and throttles, by target', {
        left: [
          ...metrics.by('target', METRIC.modelFailures, { label: 'failed' }),
          ...metrics.by('target', METRIC.modelThrottles, { label: 'throttled' }),
        ],
      }),
    ],
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
