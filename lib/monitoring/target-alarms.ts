import { type Alarm, MathExpression, Stats } from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { tierKey } from '../../lambda/contract/chains.ts';
import { NOTICE_DAYS } from '../../lambda/contract/lifecycle.ts';
import { DIMENSION, METRIC } from '../../lambda/contract/metrics.ts';
import type { Settings, Tier } from '../../lambda/contract/policy.ts';
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
  alarms.add('ThrottledWithinQuota', {
    metric: metrics.of(METRIC.throttledWithinQuota, { period: Duration.minutes(10) }),
    threshold: 1,
    periods: 3,
    means:
      'Bedrock throttles calls that fit the quota of their target as Holdfast knows it: the quota is smaller, or others use it too.',
    because:
      'a throttle lowers the rate and ends by itself; a wrong quota comes back, because the rate recovers by 5 % of the quota a minute.',
    missing: 'ok',
  });
  alarms.add('DayBudgetEndsEarly', {
    metric: metrics.of(METRIC.dayBudgetEndsEarly, {
      statistic: Stats.MAXIMUM,
      period: Duration.minutes(5),
    }),
    threshold: 3600,
    periods: 3,
    means:
      'At the rate of the last hour, the daily quota of a Region is used up an hour or more before its reset, and then no model of the Region answers.',
    because: 'a shorter time is within the error of the forecast, and a short peak changes it.',
    missing: 'unchanged',
  });
  const watched = Object.entries(settings.chains).map(([chain, { tiers }]) => {
    watchPrimary(alarms, metrics, chain, tiers);
    return {
      noTargetServes: watchTargets(alarms, metrics, chain),
      silentFallback: watchFallback(alarms, metrics, chain),
    };
  });
  alarms.add('ModelNearsItsEnd', {
    metric: metrics.of(METRIC.lifecycleFindings, {
      statistic: Stats.MAXIMUM,
      period: Duration.days(1),
    }),
    threshold: 1,
    means:
      `A model of a chain is LEGACY, within ${NOTICE_DAYS} days of its end of life or past it, ` +
      'or not visible to this account.',
    because: 'a finding does not go away by itself, and weeks are left to act.',
    missing: 'unchanged',
  });
  // The thresholds are the same for each chain.
  const [thresholds] = watched;
  if (!thresholds) throw new Error('the settings have no chain');
  return thresholds;
}

function watchTargets(alarms: Alarms, metrics: InstanceMetrics, chain: string): Alarm {
  return alarms.add('NoTargetServes', {
    chain,
    metric: metrics.of(
      METRIC.targetsServing,
      { statistic: Stats.MAXIMUM },
      { [DIMENSION.chain]: chain },
    ),
    threshold: 1,
    below: true,
    periods: 3,
    means: `No target of the chain ${chain} serves: its jobs are accepted and wait.`,
    because: 'three minutes are longer than the cooldown after a short outage.',
    missing: 'unchanged',
  });
}

function watchPrimary(
  alarms: Alarms,
  metrics: InstanceMetrics,
  chain: string,
  [tier]: readonly Tier[],
): void {
  if (!tier) return;
  alarms.add('PrimaryOut', {
    chain,
    metric: metrics.of(
      METRIC.targetsServing,
      { statistic: Stats.MAXIMUM },
      { [DIMENSION.tier]: tierKey({ chain, tier }) },
    ),
    threshold: 1,
    below: true,
    periods: 10,
    means: `No target of the first tier of the chain ${chain} serves: its answers come from the fallback, or its jobs wait.`,
    because: 'most throttling ends within minutes; ten mean an outage or an exhausted quota.',
    missing: 'unchanged',
  });
}

/** Adds the alarm on fallback: without it, a lower tier could serve for days unnoticed. */
function watchFallback(alarms: Alarms, metrics: InstanceMetrics, chain: string): Alarm {
  return alarms.add('SilentFallback', {
    chain,
    metric: degradedShare(metrics, chain, { period: Duration.minutes(5) }),
    threshold: 90,
    means: `Jobs of the chain ${chain} succeed, but a lower tier serves them or they get less than they asked for.`,
    because: 'a healthy chain is at 0 %; in an outage, recovery calls keep it just below 100 %.',
    missing: 'ok',
  });
}

interface ShareOptions {
  readonly period: Duration;
  /**
   * Makes the ids of the metrics unique among the chains of a graph.
   * @default none
   */
  readonly suffix?: string;
}

/** Returns the share of a chain's degraded jobs, in percent of its jobs that succeeded. */
export function degradedShare(
  metrics: InstanceMetrics,
  chain: string,
  { period, suffix = '' }: ShareOptions,
): MathExpression {
  const dimensions = { [DIMENSION.chain]: chain };
  const [degraded, succeeded] = [`degraded${suffix}`, `succeeded${suffix}`];
  return new MathExpression({
    expression: `100 * FILL(${degraded}, 0) / ${succeeded}`,
    usingMetrics: {
      [degraded]: metrics.of(METRIC.jobsDegraded, { period }, dimensions),
      [succeeded]: metrics.of(METRIC.jobsSucceeded, { period }, dimensions),
    },
    label: `${chain}: degraded, % of the jobs that succeeded`,
    period,
  });
}
