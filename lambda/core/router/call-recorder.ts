import { tierKey } from '../../contract/chains.ts';
import { DIMENSION, METRIC, type MetricName } from '../../contract/metrics.ts';
import { costUsd } from '../../contract/models.ts';
import type { Log, LogFields, Metrics } from '../telemetry.ts';
import type { Candidate } from './candidates.ts';
import {
  type ModelAnswer,
  type ModelFailure,
  type ModelResult,
  TIME_LIMIT,
  type Usage,
} from './model-client.ts';
import type { SkipReason } from './run-result.ts';

/**
 * The fewest output tokens that give a rate. Several tokens arrive in one event, so the rate of a
 * shorter answer depends on how its tokens were packed.
 */
const FEWEST_TOKENS = 50;

type Called = Pick<Candidate, 'key' | 'chain' | 'tier' | 'target'>;

/** Facts of a call that its result does not have. */
export interface CallFacts {
  /** The stage of the recovery that the call belongs to, if any. */
  readonly stage?: number | undefined;
  /** True if the quota of the call's minute is known, and the call fitted it. */
  readonly isWithinQuota?: boolean;
}

/** Records each model call and each skip as metrics by target; tokens and cost are recorded by tier. */
export class CallRecorder {
  readonly #metrics: Metrics;
  readonly #log: Log;

  constructor({ metrics, log }: { readonly metrics: Metrics; readonly log: Log }) {
    this.#metrics = metrics;
    this.#log = log;
  }

  record(called: Called, jobId: string, result: ModelResult, facts: CallFacts = {}): void {
    const { key } = called;
    const { elapsedMs, firstTokenMs } = result;
    const { stage, isWithinQuota = false } = facts;
    this.#count(METRIC.modelCalls, key);
    if (stage !== undefined) this.#count(METRIC.recoveryCalls, key);
    if (firstTokenMs !== undefined) this.#time(METRIC.timeToFirstToken, key, firstTokenMs);
    const call = { jobId, target: key, ms: elapsedMs, firstTokenMs };
    switch (result.outcome) {
      case 'answer':
        this.#answered(called, result.answer, call);
        return;
      case 'failure':
        this.#failed(called, result.failure, { ...call, ...result.usage });
        if (isWithinQuota && result.failure.kind === 'quota-minute')
          this.#throttledWithinQuota(key);
        this.#spend(called, result.usage);
        return;
      case 'aborted':
        this.#log.info('model call aborted', { ...call, ...result.usage });
        this.#spend(called, result.usage);
        return;
      default:
        result satisfies never;
    }
  }

  /** Records that a job skipped the target because it does not admit calls now. */
  recordSkip({ key }: Pick<Called, 'key'>, reason: SkipReason): void {
    this.#count(METRIC.skippedCalls, key);
    if (reason === 'quota-full') this.#count(METRIC.quotaSkips, key);
  }

  #throttledWithinQuota(key: string): void {
    this.#metrics.count(METRIC.throttledWithinQuota);
    this.#count(METRIC.throttledWithinQuota, key);
  }

  #answered(called: Called, { usage, stopReason }: ModelAnswer, call: Call): void {
    const { key } = called;
    this.#time(METRIC.modelLatency, key, call.ms);
    const rate = tokensPerSecond(usage, call);
    if (rate !== undefined) this.#metrics.gauge(METRIC.tokensPerSecond, rate, byTarget(key));
    if (stopReason === TIME_LIMIT) this.#count(METRIC.answersCut, key);
    this.#log.debug('model call answered', { ...call, ...usage });
    this.#spend(called, usage);
  }

  #failed({ key }: Called, { kind, name, status, unknown }: ModelFailure, call: Call): void {
    const isThrottled = kind === 'quota-minute' || kind === 'quota-day';
    this.#count(isThrottled ? METRIC.modelThrottles : METRIC.modelFailures, key);
    if (kind === 'broken-stream') this.#count(METRIC.brokenStreams, key);
    const byKind = { [DIMENSION.kind]: unknown ? 'unknown' : kind };
    this.#metrics.count(METRIC.failedCalls, 1, byKind);
    this.#log.warn('model call failed', { ...call, kind, name, status, unknown });
  }

  /**
   * Records the tokens of any call that may be billed, answered or not, so that the metrics agree
   * with the bill.
   */
  #spend(called: Called, usage: Usage | undefined): void {
    if (!usage) return;
    const byTier = { [DIMENSION.tier]: tierKey(called) };
    this.#metrics.count(METRIC.inputTokens, usage.inputTokens, byTier);
    this.#metrics.count(METRIC.outputTokens, usage.outputTokens, byTier);
    const cost = costUsd(called.target, usage);
    if (cost === undefined) return;
    this.#metrics.count(METRIC.modelCost, cost, byTier);
    if (usage.estimated) this.#metrics.count(METRIC.estimatedCost, cost, byTier);
  }

  #count(name: MetricName, key: string): void {
    this.#metrics.count(name, 1, byTarget(key));
  }

  #time(name: MetricName, key: string, ms: number): void {
    this.#metrics.time(name, ms, byTarget(key));
  }
}

/** The facts of a call that every log line about it carries. */
type Call = LogFields & { readonly ms: number; readonly firstTokenMs: number | undefined };

function byTarget(key: string) {
  return { [DIMENSION.target]: key };
}

/** Returns the rate after the first token; `undefined` if it is not known well enough. */
function tokensPerSecond(
  { outputTokens, estimated }: Usage,
  { ms, firstTokenMs = ms }: Call,
): number | undefined {
  if (estimated || outputTokens < FEWEST_TOKENS || ms <= firstTokenMs) return undefined;
  return (1000 * (outputTokens - 1)) / (ms - firstTokenMs);
}
