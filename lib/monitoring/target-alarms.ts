import { type Alarm, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { NOTICE_DAYS } from '../../lambda/contract/lifecycle.ts';
import { DIMENSION, METRIC } from '../../lambda/contract/metrics.ts';
import type { Settings } from '../../lambda/contract/policy.ts';
import type { Alarms } from './alarms.ts';
import type { InstanceMetrics } from './instance-metrics.ts';

export type TargetAlarms = Readonly<Record<'noTargetServes' | 'silentFallback', Alarm>>;

/** Adds the alarms on targets. Returns those whose thresholds the dashboard draws. */
export function targetAlarms(
  alarms: Alarms,
  metrics: InstanceMetrics,
  settings: Settings,
): TargetAlarms {
  alarms.add('TargetDisabled', {
    metric: metrics.of(METRIC.targetsDisabled, { statistic: Stats.MAXIMUM }),
    threshold: 1,
    periods: 3,
    means: 'Bedrock refuses all calls to a target: no access, end of life or not found.',
    because: 'waiting does not help; three minutes leave time for the call that may re-enable it.',
    missing: 'unchanged',
  });
  alarms.add('CircuitStoreDown', {
    metric: metrics.of(METRIC.circuitStoreDegraded, { period: Duration.minutes(5) }),
    threshold: 3,
    means: 'Workers cannot reach the circuit store, so each decides on its own.',
    because: 'a sandbox reports this once per cooldown; a single slow response is harmless.',
    missing: 'ok',
  });
  const noTargetServes = alarms.add('NoTargetServes', {
    metric: metrics.of(METRIC.targetsServing, { statistic: Stats.MAXIMUM }),
    threshold: 1,
    below: true,
    periods: 3,
    means: 'No target of the chain serves: jobs are accepted and wait.',
    because: 'three minutes are longer than the cooldown after a short outage.',
    missing: 'unchanged',
  });
  watchPrimary(alarms, metrics, settings);
  const silentFallback = watchFallback(alarms, metrics);
  alarms.add('ModelNearsItsEnd', {
    metric: metrics.of(METRIC.lifecycleFindings, {
      statistic: Stats.MAXIMUM,
      period: Duration.days(1),
    }),
    threshold: 1,
    means:
      `A model of the chain is LEGACY, within ${NOTICE_DAYS} days of its end of life or past it, ` +
      'or not visible to this account.',
    because: 'a finding does not go away by itself, and weeks are left to act.',
    missing: 'unchanged',
  });
  return { noTargetServes, silentFallback };
}

function watchPrimary(alarms: Alarms, metrics: InstanceMetrics, { tiers }: Settings): void {
  const tier = tiers[0]?.name ?? '';
  alarms.add('PrimaryOut', {
    metric: metrics.of(
      METRIC.targetsServing,
      { statistic: Stats.MAXIMUM },
      { [DIMENSION.tier]: tier },
    ),
    threshold: 1,
    below: true,
    periods: 10,
    means: 'No target of the first tier serves: answers come from the fallback, or jobs wait.',
    because: 'most throttling ends within minutes; ten mean an outage or an exhausted quota.',
    missing: 'unchanged',
  });
}

/** Adds the alarm on fallback: without it, a lower tier could serve for days unnoticed. */
function watchFallback(alarms: Alarms, metrics: InstanceMetrics): Alarm {
  return alarms.add('SilentFallback', {
    metric: degradedShare(metrics, Duration.minutes(5)),
    threshold: 90,
    means: 'Jobs succeed, but a lower tier serves them or they get less than they asked for.',
    because: 'a healthy chain is at 0 %; in an outage, recovery calls keep it just below 100 %.',
    missing: 'ok',
  });
}

/** Returns the share of degraded jobs, in percent of the jobs that succeeded. */
export function degradedShare(metrics: InstanceMetrics, period: Duration): MathExpression {
  return new MathExpression({
    expression: '100 * FILL(degraded, 0) / succeeded',
    usingMetrics: {
      degraded: metrics.of(METRIC.jobsDegraded, { period }),
      succeeded: metrics.of(METRIC.jobsSucceeded, { period }),
    },
    label: 'degraded, % of the jobs that succeeded',
    period,
  });
}
