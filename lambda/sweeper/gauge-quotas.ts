import { regionsOf } from '../contract/chains.ts';
import { DIMENSION, METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import { tokensPerDayOf } from '../contract/quotas.ts';
import type { KnownQuotas } from '../core/admission/applied-quotas.ts';
import type { BucketStore } from '../core/admission/bucket-store.ts';
import { type QuotaState, readQuotaStates } from '../core/admission/quota-states.ts';
import type { Clock } from '../core/clock.ts';
import type { Log, Metrics } from '../core/telemetry.ts';
import { gaugeDayBudgets } from './gauge-day-budgets.ts';

export interface QuotaPorts {
  readonly buckets: Pick<BucketStore, 'read'>;
  readonly knownQuotas: Pick<KnownQuotas, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/**
 * Reports once a minute, from one read of the buckets, how full each target's quota is and how much of
 * each daily quota is used. Nobody knows this where each worker counts in its own memory.
 */
export async function gaugeQuotas(
  { buckets, knownQuotas, clock, log }: QuotaPorts,
  metrics: Metrics,
  settings: Settings,
): Promise<void> {
  const applied = await knownQuotas.read();
  const states = await readQuotaStates(buckets, settings, applied, clock.now());
  const { quotas, days, unreadable } = states;
  for (const quota of quotas) gaugeBucket(quota, metrics);
  if (days) gaugeDayBudgets(days, metrics);
  const hasDays = regionsOf(settings).some(
    (region) => tokensPerDayOf(settings, region, applied) !== undefined,
  );
  if (unreadable !== undefined && hasDays) {
    log.warn('the tokens of the day are not readable', { reason: unreadable });
  }
}

/** Reports how full the bucket of a quota is, where its limits are known. */
function gaugeBucket({ bucket, targets }: QuotaState, metrics: Metrics): void {
  const parts = Object.values(bucket?.held ?? {});
  if (parts.length === 0) return;
  const percent = Math.round(100 * Math.max(...parts));
  for (const target of targets) {
    metrics.gauge(METRIC.quotaHeld, percent, { [DIMENSION.target]: target });
  }
}
