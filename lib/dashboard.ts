import {
  Dashboard,
  GraphWidget,
  type GraphWidgetProps,
  type IMetric,
  type IWidget,
  Metric,
  Stats,
} from 'aws-cdk-lib/aws-cloudwatch';
import { Duration } from 'aws-cdk-lib/core';
import { Construct } from 'constructs';
import { NOTICE_DAYS } from '../lambda/contract/lifecycle.ts';
import {
  DIMENSION,
  METRIC,
  METRICS_NAMESPACE,
  type MetricName,
} from '../lambda/contract/metrics.ts';
import {
  type ProbePolicy,
  type Settings,
  targetKey,
  targetsOf,
} from '../lambda/contract/policy.ts';
import type { HoldfastFunction } from './holdfast-function.ts';
import type { JobsQueue } from './jobs-queue.ts';

export interface HoldfastDashboardProps {
  readonly settings: Settings;
  /** The instance's name: a dimension of all its metrics. */
  readonly service: string;
  readonly queue: JobsQueue;
  /** By the name under which each is drawn. */
  readonly functions: Readonly<Record<string, HoldfastFunction>>;
}

/** What an operator asks, from top to bottom: is it healthy, who feels it, what is stuck, why. */
export class HoldfastDashboard extends Construct {
  readonly dashboard: Dashboard;
  readonly #service: string;
  readonly #targets: readonly string[];

  constructor(scope: Construct, id: string, props: HoldfastDashboardProps) {
    super(scope, id);
    const { settings, queue, functions } = props;
    this.#service = props.service;
    this.#targets = targetsOf(settings).map(targetKey);
    this.dashboard = new Dashboard(this, 'Dashboard', {
      defaultInterval: Duration.hours(3),
      widgets: [
        this.#circuitRow(),
        this.#jobRow(),
        this.#queueRow(queue),
        this.#modelRow(settings.probe),
        this.#functionRow(functions),
        this.#lifecycleRow(),
      ],
    });
  }

  #circuitRow(): IWidget[] {
    return [
      graph('Circuits: 0 closed, 1 half-open, 2 open', {
        left: this.#byTarget(METRIC.circuitState, Stats.MAXIMUM),
        leftYAxis: { min: 0, max: 2, showUnits: false },
        width: 16,
      }),
      graph('Circuits opened and closed', {
        left: [
          ...this.#byTarget(METRIC.circuitOpened, Stats.SUM, 'opened'),
          ...this.#byTarget(METRIC.circuitClosed, Stats.SUM, 'closed'),
        ],
        width: 8,
      }),
    ];
  }

  #jobRow(): IWidget[] {
    return [
      graph('Jobs', {
        left: [
          this.#metric(METRIC.jobsAccepted, Stats.SUM, 'accepted'),
          this.#metric(METRIC.jobsSucceeded, Stats.SUM, 'succeeded'),
          this.#metric(METRIC.jobsFailed, Stats.SUM, 'failed'),
          this.#metric(METRIC.jobsDeadLettered, Stats.SUM, 'dead-lettered'),
          this.#metric(METRIC.jobsExpired, Stats.SUM, 'expired'),
        ],
      }),
      graph('Jobs deferred and degraded', {
        left: [
          this.#metric(METRIC.jobsDeferred, Stats.SUM, 'deferred'),
          this.#metric(METRIC.jobsDegraded, Stats.SUM, 'degraded'),
        ],
      }),
      graph('Job latency, accepted to ended', {
        left: PERCENTILES.map((p) => this.#metric(METRIC.jobLatency, p, p)),
      }),
    ];
  }

  #queueRow({ queue, deadLetters }: JobsQueue): IWidget[] {
    return [
      graph('Queue', {
        left: [
          queue.metricApproximateNumberOfMessagesVisible({ ...SAMPLED, label: 'waiting' }),
          queue.metricApproximateNumberOfMessagesDelayed({ ...SAMPLED, label: 'delayed' }),
          queue.metricApproximateNumberOfMessagesNotVisible({ ...SAMPLED, label: 'at a worker' }),
        ],
      }),
      graph('Age of the oldest message', {
        left: [queue.metricApproximateAgeOfOldestMessage({ ...SAMPLED, label: 'seconds' })],
      }),
      graph('Dead letters', {
        left: [
          deadLetters.metricApproximateNumberOfMessagesVisible({ ...SAMPLED, label: 'messages' }),
        ],
      }),
    ];
  }

  #modelRow({ enabled: isProbing }: ProbePolicy): IWidget[] {
    return [
      graph('Model calls', {
        left: [
          ...this.#byTarget(METRIC.modelCalls, Stats.SUM),
          ...(isProbing ? this.#byTarget(METRIC.probes, Stats.SUM, 'probes') : []),
        ],
      }),
      graph('Model failures and throttles', {
        left: [
          ...this.#byTarget(METRIC.modelFailures, Stats.SUM, 'failed'),
          ...this.#byTarget(METRIC.modelThrottles, Stats.SUM, 'throttled'),
        ],
      }),
      graph('Model latency', {
        left: PERCENTILES.flatMap((p) => this.#byTarget(METRIC.modelLatency, p, p)),
      }),
    ];
  }

  #functionRow(functions: Readonly<Record<string, HoldfastFunction>>): IWidget[] {
    const each = Object.entries(functions);
    const sum = { period: PERIOD, statistic: Stats.SUM };
    return [
      graph('Function errors', {
        left: each.map(([label, { lambda }]) => lambda.metricErrors({ ...sum, label })),
      }),
      graph('Functions throttled', {
        left: each.map(([label, { lambda }]) => lambda.metricThrottles({ ...sum, label })),
      }),
      graph('Function duration, p99', {
        left: each.map(([label, { lambda }]) =>
          lambda.metricDuration({ period: PERIOD, statistic: Stats.p(99), label }),
        ),
      }),
    ];
  }

  #lifecycleRow(): IWidget[] {
    return [
      graph('Days until models end, where it is known', {
        left: this.#targets.map((target) =>
          this.#metric(
            METRIC.daysToEndOfLife,
            Stats.MINIMUM,
            target,
            { [DIMENSION.target]: target },
            // As often as it is reported.
            Duration.days(1),
          ),
        ),
        leftAnnotations: [{ value: NOTICE_DAYS, label: 'alarm' }],
        start: '-P30D',
        width: 24,
      }),
    ];
  }

  #byTarget(name: MetricName, statistic: string, suffix = ''): IMetric[] {
    return this.#targets.map((target) =>
      this.#metric(name, statistic, `${target} ${suffix}`.trim(), { [DIMENSION.target]: target }),
    );
  }

  #metric(
    name: MetricName,
    statistic: string,
    label: string,
    dimensions: Readonly<Record<string, string>> = {},
    period = PERIOD,
  ): IMetric {
    return new Metric({
      namespace: METRICS_NAMESPACE,
      metricName: name,
      // Powertools puts the service on every metric.
      dimensionsMap: { service: this.#service, ...dimensions },
      statistic,
      label,
      period,
    });
  }
}

/** The finest that CloudWatch keeps for two weeks; the sweeper reports the circuits as often. */
const PERIOD = Duration.minutes(1);
const SAMPLED = { period: PERIOD, statistic: Stats.MAXIMUM };
const PERCENTILES = [Stats.p(50), Stats.p(90), Stats.p(99)];

function graph(title: string, props: GraphWidgetProps): GraphWidget {
  return new GraphWidget({
    title,
    width: 8,
    height: 6,
    leftYAxis: { min: 0, showUnits: false },
    ...props,
  });
}
