import type { Series, TargetSeries } from '../../console/contract/series.ts';
import { FAILURE_KINDS, JOB_METRICS } from '../../console/server/series-queries.ts';
import { METRIC, type MetricName } from '../../lambda/contract/metrics.ts';
import { circuitNews } from './circuit-news.ts';
import type { LogRecord, MetricsRecord } from './log-record.ts';
import { type State, StateHistory } from './state-history.ts';

const STEP_MS = 5_000;
/** 15 minutes. */
const STEPS = 180;

const STATE_OF_NEWS = { opened: 2, stage: 1, closed: 0 } as const;

/** Sums of one step, by metric and the value of its dimension. */
type Step = Map<string, { sum: number; count: number }>;

/**
 * The counts and gauges of the latest 15 minutes, taken from the lines that the functions log. The
 * gauge of a target's state comes once a minute; the lines about circuits come at once.
 */
export class SeriesWindow {
  readonly #steps = new Map<number, Step>();
  readonly #states: Map<string, StateHistory>;

  /** @param targets the keys of all targets, whose circuits are closed when the run starts */
  constructor(targets: readonly string[], startMs: number) {
    this.#states = new Map(targets.map((target) => [target, new StateHistory(startMs, 0)]));
  }

  add(record: LogRecord, nowMs: number): void {
    const news = circuitNews(record);
    if (news) this.#states.get(news.target)?.set(nowMs, STATE_OF_NEWS[news.type]);
    if (record.kind === 'metrics') this.#addMetrics(record, nowMs);
  }

  /** Returns the series whose last step contains `nowMs`. */
  series(nowMs: number): Series {
    const last = stepOf(nowMs);
    const indexes = Array.from({ length: STEPS }, (_, i) => last - STEPS + 1 + i);
    const sums = (metric: MetricName, value?: string) =>
      indexes.map((index) => this.#steps.get(index)?.get(keyOf(metric, value))?.sum ?? 0);
    const failures = FAILURE_KINDS.map((kind) => [kind, sums(METRIC.failedCalls, kind)] as const);
    const jobs = Object.entries(JOB_METRICS).map(([name, metric]) => [name, sums(metric)]);
    return {
      fromMs: (indexes[0] ?? 0) * STEP_MS,
      stepMs: STEP_MS,
      targets: Object.fromEntries(
        [...this.#states].map(([target, states]) => [
          target,
          this.#target(target, states, indexes),
        ]),
      ),
      failures: Object.fromEntries(failures.filter(([, counts]) => counts.some((n) => n > 0))),
      jobs: Object.fromEntries(jobs) as Series['jobs'],
      inputTokens: sums(METRIC.inputTokens),
      outputTokens: sums(METRIC.outputTokens),
      costUsd: sums(METRIC.modelCost),
    };
  }

  #target(target: string, states: StateHistory, indexes: readonly number[]): TargetSeries {
    const cells = (metric: MetricName) =>
      indexes.map((index) => this.#steps.get(index)?.get(keyOf(metric, target)));
    const sums = (metric: MetricName) => cells(metric).map((cell) => cell?.sum ?? 0);
    return {
      calls: sums(METRIC.modelCalls),
      throttled: sums(METRIC.modelThrottles),
      failed: sums(METRIC.modelFailures),
      skipped: sums(METRIC.skippedCalls),
      firstTokenMs: cells(METRIC.timeToFirstToken).map((cell) =>
        cell ? cell.sum / cell.count : null,
      ),
      state: indexes.map((index) => states.at((index + 1) * STEP_MS - 1)),
    };
  }

  #addMetrics({ dimension, values }: MetricsRecord, nowMs: number): void {
    const step = this.#stepAt(nowMs);
    for (const [metric, added] of Object.entries(values)) {
      if (metric === METRIC.targetState) this.#setState(dimension?.value, added.at(-1), nowMs);
      // Tokens and cost are counted by tier only, and shown in total.
      const isByTier = dimension?.name === 'tier';
      const key = keyOf(metric, isByTier ? undefined : dimension?.value);
      const cell = step.get(key) ?? { sum: 0, count: 0 };
      cell.sum += added.reduce((sum, value) => sum + value, 0);
      cell.count += added.length;
      step.set(key, cell);
    }
  }

  #setState(target: string | undefined, value: number | undefined, nowMs: number): void {
    if (target === undefined || (value !== 0 && value !== 1 && value !== 2)) return;
    this.#states.get(target)?.set(nowMs, value satisfies State);
  }

  /** Returns the step of this time. Drops the steps and states that no series shows any more. */
  #stepAt(nowMs: number): Step {
    const index = stepOf(nowMs);
    const known = this.#steps.get(index);
    if (known) return known;
    const step: Step = new Map();
    this.#steps.set(index, step);
    const oldest = index - STEPS + 1;
    for (const each of this.#steps.keys()) if (each < oldest) this.#steps.delete(each);
    for (const states of this.#states.values()) states.forgetBefore(oldest * STEP_MS);
    return step;
  }
}

function stepOf(ms: number): number {
  return Math.floor(ms / STEP_MS);
}

function keyOf(metric: string, value = ''): string {
  return `${metric} ${value}`;
}
