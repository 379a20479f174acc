import { DIMENSION, METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import type { KnownQuotas } from '../core/admission/applied-quotas.ts';
import { type BucketStore, BucketStoreError } from '../core/admission/bucket-store.ts';
import { endsEarlyByMs } from '../core/admission/day-budget.ts';
import { readDayBudgets } from '../core/admission/region-use.ts';
import type { Clock } from '../core/clock.ts';
import type { Log, Metrics } from '../core/telemetry.ts';

export interface DayBudgetPorts {
  readonly buckets: Pick<BucketStore, 'read'>;
  readonly knownQuotas: Pick<KnownQuotas, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * Reports once a minute how much of each known daily quota is used, and whether it will last until its
 * reset. Nobody knows this where each worker counts in its own memory.
 */
export async function gaugeDayBudgets(
  { buckets, knownQuotas, clock, log }: DayBudgetPorts,
  metrics: Metrics,
  settings: Settings,
): Promise<void> {
  if (settings.breaker.store === 'memory') return;
  try {
    const applied = await knownQuotas.read();
    const budgets = await readDayBudgets(buckets, settings, applied, clock.now());
    if (budgets.size === 0) return;
    const early = [...budgets].map(([region, budget]) => {
      const seconds = Math.round(endsEarlyByMs(budget) / 1000);
      metrics.gauge(METRIC.dayTokens, budget.spent, { [DIMENSION.region]: region });
      metrics.gauge(METRIC.dayBudgetEndsEarly, seconds, { [DIMENSION.region]: region });
      return seconds;
    });
    metrics.gauge(METRIC.dayBudgetEndsEarly, Math.max(...early));
  } catch (error) {
    if (!(error instanceof BucketStoreError)) throw error;
    log.warn('the tokens of the day are not readable', { reason: error.message });
  }
}
