import { type Alarm, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import type { IQueue } from 'aws-cdk-lib/aws-sqs';
import { Duration } from 'aws-cdk-lib/core';
import { METRIC, type MetricName } from '../../lambda/contract/metrics.ts';
import type { JobsQueue } from '../jobs-queue.ts';
import type { Alarms } from './alarms.ts';
import { type InstanceMetrics, SAMPLED } from './instance-metrics.ts';

export type JobAlarms = Readonly<
  Record<'deadLetters' | 'jobsWithoutAnswer' | 'jobsWait' | 'backlog' | 'eventsUnsent', Alarm>
>;

/** Adds the alarms on jobs. Returns those whose thresholds the dashboard draws. */
export function jobAlarms(alarms: Alarms, metrics: InstanceMetrics, jobs: JobsQueue): JobAlarms {
  const deadLetters = alarms.add('DeadLetters', {
    metric: jobs.deadLetters.metricApproximateNumberOfMessagesVisible(SAMPLED),
    threshold: 1,
    means:
      'A job or a message used up its attempts: it is invalid, no model answers it, or there is a bug.',
    because: 'outages and throttling cause no dead letters, so a single one needs attention.',
    missing: 'ok',
  });
  watchFailures(alarms, metrics);
  return {
    deadLetters,
    jobsWithoutAnswer: alarms.add('JobsWithoutAnswer', {
      metric: metrics.of(METRIC.jobsWithoutAnswer, { period: Duration.minutes(15) }),
      threshold: 10,
      means: 'Many jobs used up their failed calls on models that answered other jobs meanwhile.',
      because: 'a few such prompts are normal; ten in 15 minutes mean a faulty client or model.',
      missing: 'ok',
    }),
    jobsWait: alarms.add('JobsWait', {
      metric: metrics.of(METRIC.deferredJobAge, {
        statistic: Stats.MAXIMUM,
        // A waiting job is deferred at least this often, and each deferral reports its age.
        period: Duration.minutes(15),
      }),
      threshold: Duration.hours(1).toMilliseconds(),
      means: 'A job has waited for a model for an hour.',
      because:
        'an hour is longer than usual throttling and far below the default deadline of a day.',
      missing: 'ok',
    }),
    backlog: alarms.add('Backlog', {
      metric: oldestVisibleAge(jobs.queue),
      threshold: Duration.minutes(30).toSeconds(),
      periods: 3,
      means: 'A message has waited for half an hour: jobs arrive faster than workers process them.',
      because: 'half an hour is twice the longest delay of an SQS message.',
      missing: 'ok',
    }),
    eventsUnsent: alarms.add('EventsUnsent', {
      metric: metrics.of(METRIC.eventsUnsent, { period: Duration.minutes(5) }),
      threshold: 1,
      periods: 3,
      means: 'Completion events are not published, so consumers of the event bus do not get them.',
      because: 'after a short failure, the sweeper publishes them within a minute or two.',
      missing: 'ok',
    }),
  };
}

/**
 * The age of the oldest message while any message waits. The queue's own metric includes messages that
 * a crashed worker has received, although the sweeper has sent their jobs again long ago.
 */
function oldestVisibleAge(queue: IQueue): MathExpression {
  return new MathExpression({
    expression: 'IF(waiting > 0, age, 0)',
    usingMetrics: {
      waiting: queue.metricApproximateNumberOfMessagesVisible(SAMPLED),
      age: queue.metricApproximateAgeOfOldestMessage(SAMPLED),
    },
    period: SAMPLED.period,
  });
}

/** Adds the alarm on the share of failed jobs. A single one may be a caller's mistake. */
function watchFailures(alarms: Alarms, metrics: InstanceMetrics): void {
  const period = Duration.minutes(5);
  const sum = (name: MetricName) => metrics.of(name, { period });
  const bad = new MathExpression({
    expression: 'FILL(failed, 0) + FILL(expired, 0) + FILL(dead, 0)',
    usingMetrics: {
      failed: sum(METRIC.jobsFailed),
      expired: sum(METRIC.jobsExpired),
      dead: sum(METRIC.jobsDeadLettered),
    },
    period,
  });
  alarms.add('JobsFail', {
    metric: new MathExpression({
      expression: 'IF(bad + FILL(good, 0) >= 10, 100 * bad / (bad + FILL(good, 0)), 0)',
      usingMetrics: { bad, good: sum(METRIC.jobsSucceeded) },
      label: 'failed, expired or dead-lettered, % of ended jobs',
      period,
    }),
    threshold: 10,
    periods: 3,
    means: 'At least a tenth of the jobs end without an answer.',
    because:
      'a tenth of at least ten jobs per five minutes, for 15 minutes, is not one caller’s mistake.',
    missing: 'ok',
  });
}
