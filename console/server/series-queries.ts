import { DIMENSION, METRIC, type MetricName } from '../../lambda/contract/metrics.ts';
import { TARGET_FAILURE_KINDS } from '../../lambda/contract/words.ts';
import { JOB_COUNTS, type JobCount, type Series, type TargetSeries } from '../contract/series.ts';
import type { Chain } from '../contract/snapshot.ts';

/** A metric with its dimensions, without the `service`. */
export interface MetricQuery {
  readonly key: string;
  readonly metric: MetricName;
  readonly statistic: 'Sum' | 'Average' | 'Maximum';
  readonly dimensions: Readonly<Record<string, string>>;
}

/** The values of each step by the query's key. */
type Values = ReadonlyMap<string, readonly (number | undefined)[]>;

/** The kinds by which failed calls are counted. */
export const FAILURE_KINDS = [...TARGET_FAILURE_KINDS, 'unknown'] as const;

/** The metric of each count of jobs. */
export const JOB_METRICS: Readonly<Record<JobCount, MetricName>> = {
  accepted: METRIC.jobsAccepted,
  succeeded: METRIC.jobsSucceeded,
  degraded: METRIC.jobsDegraded,
  failed: METRIC.jobsFailed,
  deadLettered: METRIC.jobsDeadLettered,
  expired: METRIC.jobsExpired,
  cancelled: METRIC.jobsCancelled,
  deferred: METRIC.jobsDeferred,
};

const TARGET_METRICS: readonly [MetricName, MetricQuery['statistic']][] = [
  [METRIC.modelCalls, 'Sum'],
  [METRIC.modelThrottles, 'Sum'],
  [METRIC.modelFailures, 'Sum'],
  [METRIC.skippedCalls, 'Sum'],
  [METRIC.timeToFirstToken, 'Average'],
  [METRIC.targetState, 'Maximum'],
];

/** The functions count tokens and dollars by tier. */
const TIER_METRICS = [METRIC.inputTokens, METRIC.outputTokens, METRIC.modelCost];

/** Returns the metrics of which the series consist. */
export function seriesQueries(chains: readonly Chain[]): readonly MetricQuery[] {
  return [
    ...targetsOf(chains).flatMap((target) =>
      TARGET_METRICS.map(([metric, statistic]) =>
        query(metric, { [DIMENSION.target]: target }, statistic),
      ),
    ),
    ...FAILURE_KINDS.map((kind) => query(METRIC.failedCalls, { [DIMENSION.kind]: kind })),
    ...JOB_COUNTS.map((count) => query(JOB_METRICS[count])),
    ...tiersOf(chains).flatMap((tier) =>
      TIER_METRICS.map((metric) => query(metric, { [DIMENSION.tier]: tier })),
    ),
  ];
}

export interface Readings {
  readonly chains: readonly Chain[];
  readonly fromMs: number;
  readonly stepMs: number;
  readonly steps: number;
  readonly values: Values;
}

/** Returns the series. A count without a value is 0; a time or a state without one is null. */
export function seriesFrom({ chains, fromMs, stepMs, steps, values }: Readings): Series {
  const none = new Array<undefined>(steps).fill(undefined);
  const of = (metric: MetricName, dimensions = {}) => values.get(keyOf(metric, dimensions)) ?? none;
  const counts = (metric: MetricName, dimensions = {}) =>
    of(metric, dimensions).map((value) => value ?? 0);
  const byTier = (metric: MetricName) =>
    tiersOf(chains)
      .map((tier) => counts(metric, { [DIMENSION.tier]: tier }))
      .reduce(added, new Array<number>(steps).fill(0));
  const failures = FAILURE_KINDS.map(
    (kind) => [kind, counts(METRIC.failedCalls, { [DIMENSION.kind]: kind })] as const,
  );
  const targets = targetsOf(chains).map((target) => {
    const dimensions = { [DIMENSION.target]: target };
    const series: TargetSeries = {
      calls: counts(METRIC.modelCalls, dimensions),
      throttled: counts(METRIC.modelThrottles, dimensions),
      failed: counts(METRIC.modelFailures, dimensions),
      skipped: counts(METRIC.skippedCalls, dimensions),
      firstTokenMs: of(METRIC.timeToFirstToken, dimensions).map((ms) => ms ?? null),
      state: of(METRIC.targetState, dimensions).map(stateOf),
    };
    return [target, series] as const;
  });
  const jobs = JOB_COUNTS.map((name) => [name, counts(JOB_METRICS[name])]);
  return {
    fromMs,
    stepMs,
    targets: Object.fromEntries(targets),
    failures: Object.fromEntries(failures.filter(([, each]) => each.some((count) => count > 0))),
    jobs: Object.fromEntries(jobs) as Series['jobs'],
    inputTokens: byTier(METRIC.inputTokens),
    outputTokens: byTier(METRIC.outputTokens),
    costUsd: byTier(METRIC.modelCost),
  };
}

function query(
  metric: MetricName,
  dimensions: MetricQuery['dimensions'] = {},
  statistic: MetricQuery['statistic'] = 'Sum',
): MetricQuery {
  return { key: keyOf(metric, dimensions), metric, statistic, dimensions };
}

function keyOf(metric: MetricName, dimensions: Readonly<Record<string, string>>): string {
  return [metric, ...Object.values(dimensions)].join(' ');
}

function stateOf(value: number | undefined): 0 | 1 | 2 | null {
  return value === 0 || value === 1 || value === 2 ? value : null;
}

function added(a: readonly number[], b: readonly number[]): number[] {
  return a.map((value, index) => value + (b[index] ?? 0));
}

/** Returns each target once, although several chains may have it. */
function targetsOf(chains: readonly Chain[]): readonly string[] {
  const all = chains.flatMap(({ tiers }) => tiers.flatMap(({ targets }) => targets));
  return [...new Set(all.map(({ target }) => target))];
}

function tiersOf(chains: readonly Chain[]): readonly string[] {
  return chains.flatMap(({ chain, tiers }) => tiers.map(({ tier }) => `${chain}/${tier}`));
}
