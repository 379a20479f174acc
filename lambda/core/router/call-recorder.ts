import { DIMENSION, METRIC } from '../../contract/metrics.ts';
import type { Log, Metrics } from '../telemetry.ts';
import type { Candidate } from './candidates.ts';
import type { ModelResult } from './model-client.ts';

/** What a call looked like from outside, as metrics by target; tokens by tier, where cost is read. */
export class CallRecorder {
  readonly #metrics?: Metrics;
  readonly #log?: Log;

  constructor({ metrics, log }: { readonly metrics?: Metrics; readonly log?: Log }) {
    this.#metrics = metrics;
    this.#log = log;
  }

  record({ key, tier }: Pick<Candidate, 'key' | 'tier'>, jobId: string, result: ModelResult): void {
    const byTarget = { [DIMENSION.target]: key };
    this.#metrics?.count(METRIC.modelCalls, 1, byTarget);
    switch (result.outcome) {
      case 'answer': {
        const byTier = { [DIMENSION.tier]: tier.name };
        this.#metrics?.time(METRIC.modelLatency, result.elapsedMs, byTarget);
        this.#metrics?.count(METRIC.inputTokens, result.answer.usage.inputTokens, byTier);
        this.#metrics?.count(METRIC.outputTokens, result.answer.usage.outputTokens, byTier);
        return;
      }
      case 'failure': {
        const { kind, name, status, unknown } = result.failure;
        const throttled = kind === 'quota-minute' || kind === 'quota-day';
        this.#metrics?.count(throttled ? METRIC.modelThrottles : METRIC.modelFailures, 1, byTarget);
        this.#log?.warn('model call failed', { jobId, target: key, kind, name, status, unknown });
        return;
      }
      case 'aborted':
        return;
      default:
        result satisfies never;
    }
  }
}
