/** Building blocks for seeded bugs of quotas. */
import type { BucketStore } from '../../lambda/core/admission/bucket-store.ts';
import { type Holding, QuotaHold } from '../../lambda/core/admission/quota-hold.ts';
import type { QuotaGate } from '../../lambda/core/admission/quotas.ts';
import type { QuotaUsage } from '../../lambda/core/admission/token-cost.ts';
import { START } from '../support/job-builders.ts';
import { SILENT } from '../support/silent-telemetry.ts';
import type { Tamper } from './processes.ts';

/** Changes how quotas are used. */
export function usingQuotas(
  change: (quotas: QuotaGate, buckets: BucketStore) => Partial<QuotaGate>,
): Tamper {
  return (ports) => ({
    ...ports,
    tamperQuotas: (quotas) => ({
      admit: (call) => quotas.admit(call),
      redeem: (booking) => quotas.redeem(booking),
      noteAnswer: (...given) => quotas.noteAnswer(...given),
      later: (settlement) => quotas.later(settlement),
      flush: () => quotas.flush(),
      ...change(quotas, ports.buckets),
    }),
  });
}

/** Changes the store of the buckets. */
export function storingBuckets(change: (store: BucketStore) => Partial<BucketStore>): Tamper {
  return (ports) => ({ ...ports, buckets: { ...ports.buckets, ...change(ports.buckets) } });
}

/** Changes every hold that is taken now. */
export function holding(
  change: (hold: QuotaHold, buckets: BucketStore) => QuotaHold | Promise<QuotaHold>,
): Tamper {
  return usingQuotas((quotas, buckets) => ({
    admit: async (call) => {
      const admission = await quotas.admit(call);
      if (!admission?.admitted || admission.waitMs > 0) return admission;
      return { ...admission, hold: await change(admission.hold, buckets) };
    },
  }));
}

/** A hold of the same quota, that only these usages settle. */
export class SettledBy extends QuotaHold {
  readonly #isMeant: (usage?: QuotaUsage) => boolean;

  constructor(
    buckets: BucketStore,
    taken: Holding,
    isMeant: (usage?: QuotaUsage) => boolean = () => true,
  ) {
    super(buckets, taken, SILENT, { now: () => START });
    this.#isMeant = isMeant;
  }

  override async settle(usage?: QuotaUsage): Promise<void> {
    if (this.#isMeant(usage)) await super.settle(usage);
  }
}
