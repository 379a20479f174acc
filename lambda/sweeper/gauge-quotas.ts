import { DIMENSION, METRIC } from '../contract/metrics.ts';
import type { Settings } from '../contract/policy.ts';
import type { KnownQuotas } from '../core/admission/applied-quotas.ts';
import type { BucketStore } from '../core/admission/bucket-store.ts';
import { readQuotaStates } from '../core/admission/quota-states.ts';
import type { Clock } from '../core/clock.ts';
import type { Metrics } from '../core/telemetry.ts';

export interface QuotaPorts {
  readonly buckets: Pick<BucketStore, 'read'>;
  readonly knownQuotas: Pick<KnownQuotas, 'read'>;
  readonly clock: Pick<Clock, 'now'>;
}

/** Reports once a minute how full the bucket of each target's quota is, where its limits are known. */
export async function gaugeQuotas(
  { buckets, knownQuotas, clock }: QuotaPorts,
  metrics: Metrics,
  settings: Settings,
): Promise<void> {
  const applied = await knownQuotas.read();
  const { quotas } = await readQuotaStates(buckets, settings, applied, clock.now());
  for (const { bucket, targets } of quotas) {
    const parts = Object.values(bucket?.held ?? {});
    if (parts.length === 0) continue;
    const percent = Math.round(100 * Math.max(...parts));
    for (const target of targets) {
      metrics.gauge(METRIC.quotaHeld, percent, { [DIMENSION.target]: target });
    }
  }
}
