import { type IWidget, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { METRIC } from '../../lambda/contract/metrics.ts';
import type { HoldfastDashboardProps } from './dashboard-props.ts';
import { graph } from './graph.ts';
import { PERIOD, SAMPLED, SUMMED } from './instance-metrics.ts';

/** Shows waiting messages, jobs that the sweeper had to act on, and failing functions. */
export function stuckRows(props: HoldfastDashboardProps): IWidget[][] {
  return [queueRow(props), sweeperRow(props), functionRow(props)];
}

function queueRow({
  queue: { queue, deadLetters },
  metrics,
  thresholds,
}: HoldfastDashboardProps): IWidget[] {
  return [
    graph('Queue', {
      left: [
        queue.metricApproximateNumberOfMessagesVisible({ ...SAMPLED, label: 'waiting' }),
        queue.metricApproximateNumberOfMessagesDelayed({ ...SAMPLED, label: 'delayed' }),
        queue.metricApproximateNumberOfMessagesNotVisible({ ...SAMPLED, label: 'in flight' }),
      ],
    }),
    graph('Age of the oldest message, s', {
      left: [queue.metricApproximateAgeOfOldestMessage({ ...SAMPLED, label: 'age' })],
      leftAnnotations: [thresholds.backlog.toAnnotation()],
    }),
    graph('Dead letters, jobs without an answer', {
      left: [
        deadLetters.metricApproximateNumberOfMessagesVisible({ ...SAMPLED, label: 'messages' }),
        metrics.of(METRIC.jobsWithoutAnswer, { label: 'jobs without an answer' }),
      ],
      leftAnnotations: [
        thresholds.deadLetters.toAnnotation(),
        thresholds.jobsWithoutAnswer.toAnnotation(),
      ],
    }),
  ];
}

function sweeperRow({ metrics, thresholds }: HoldfastDashboardProps): IWidget[] {
  return [
    // The action `requeue` means that a lease has expired.
    graph('Jobs that the sweeper acted on', { left: metrics.by('action', METRIC.sweptJobs) }),
    graph('Events unsent, results discarded', {
      left: [
        metrics.of(METRIC.eventsUnsent, { label: 'events unsent' }),
        metrics.of(METRIC.lateResults, { label: 'results discarded' }),
      ],
      leftAnnotations: [thresholds.eventsUnsent.toAnnotation()],
    }),
    graph('Settings rejected or unread, circuit store unreachable', {
      left: [
        metrics.of(METRIC.settingsRejected, { label: 'settings rejected' }),
        metrics.of(METRIC.settingsUnread, {
          label: 'settings unread, times in a row',
          statistic: Stats.MAXIMUM,
        }),
        metrics.of(METRIC.circuitStoreDegraded, { label: 'circuit store unreachable' }),
      ],
    }),
  ];
}

function functionRow({ functions }: HoldfastDashboardProps): IWidget[] {
  const each = Object.entries(functions);
  return [
    graph('Function errors', {
      left: each.map(([label, { lambda }]) => lambda.metricErrors({ ...SUMMED, label })),
    }),
    graph('Functions throttled', {
      left: each.map(([label, { lambda }]) => lambda.metricThrottles({ ...SUMMED, label })),
    }),
    graph('Function duration, p99, ms', {
      left: each.map(([label, { lambda }]) =>
        lambda.metricDuration({ period: PERIOD, statistic: Stats.p(99), label }),
      ),
    }),
  ];
}
