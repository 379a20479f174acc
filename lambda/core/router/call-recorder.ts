import { DIMENSION, METRIC } from '../../contract/metrics.ts';
import { costUsd } from '../../contract/models.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { Candidate } from './candidates.ts';
import type { ModelResult } from './model-client.ts';

/** Records each model call as metrics by target; tokens and cost are recorded by tier. */
export class CallRecorder {
  readonly #metrics: Metrics;
  readonly #log: Log;

  constructor({ metrics, log }: { readonly metrics: Metrics; readonly log: Log }) {
    this.#metrics = metrics;
    this.#log = log;
  }

  /** `stage` is the stage of the recovery that the call belongs to, if any. */
  record(
    { key, tier, target }: Pick<Candidate, 'key' | 'tier' | 'target'>,
    jobId: string,
    result: ModelResult,
    stage?: number,
  ): void {
    const byTarget = { [DIMENSION.target]: key };
    this.#metrics.count(METRIC.modelCalls, 1, byTarget);
    if (stage !== undefined) this.#metrics.count(METRIC.recoveryCalls, 1, byTarget);
    switch (result.outcome) {
      case 'answer': {
        const byTier = { [DIMENSION.tier]: tier.name };
        const { usage } = result.answer;
        const cost = costUsd(target, usage);
        this.#metrics.time(METRIC.modelLatency, result.elapsedMs, byTarget);
        this.#metrics.count(METRIC.inputTokens, usage.inputTokens, byTier);
        this.#metrics.count(METRIC.outputTokens, usage.outputTokens, byTier);
        const ms = result.elapsedMs;
        this.#log.debug('model call answered', { jobId, target: key, ms, ...usage });
        if (cost !== undefined) this.#metrics.count(METRIC.modelCost, cost, byTier);
        return;
      }
      case 'failure': {
        const { kind, name, status, unknown } = result.failure;
        const throttled = kind === 'quota-minute' || kind === 'quota-day';
        this.#metrics.count(throttled ? METRIC.modelThrottles : METRIC.modelFailures, 1, byTarget);
        const byKind = { [DIMENSION.kind]: unknown ? 'unknown' : kind };
        this.#metrics.count(METRIC.failedCalls, 1, byKind);
        this.#log.warn('model call failed', { jobId, target: key, kind, name, status, unknown });
        return;
      }
      case 'aborted':
        this.#log.debug('model call aborted', { jobId, target: key, ms: result.elapsedMs });
        return;
      default:
        result satisfies never;
    }
  }
}
