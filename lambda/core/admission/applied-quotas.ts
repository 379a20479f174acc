import type { AppliedQuotas } from '../../contract/quotas.ts';
import type { Clock } from '../clock.ts';
import { errorName } from '../error-name.ts';
import type { Log } from '../telemetry.ts';

/** The storage through which the daily check tells the workers the account's quotas. */
export interface AppliedQuotasStore {
  /** Returns `undefined` before the first check. */
  load(): Promise<AppliedQuotas | undefined>;
  save(quotas: AppliedQuotas): Promise<void>;
}

export interface KnownQuotasParts {
  readonly store: Pick<AppliedQuotasStore, 'load'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly log: Log;
}

/** The check writes once a day, so a sandbox that reads this often needs a read for many calls. */
const MAX_AGE_MS = 300_000;

/**
 * The account's quotas, as this sandbox read them last. No call waits for a read: a read that is due
 * starts in the background, and calls use the quotas of the last one until it ends.
 */
export class KnownQuotas {
  readonly #parts: KnownQuotasParts;
  #quotas: AppliedQuotas | undefined;
  #readAtMs = Number.NEGATIVE_INFINITY;

  constructor(parts: KnownQuotasParts) {
    this.#parts = parts;
  }

  /** Returns `undefined` before the first read has ended, and if there was no check yet. */
  current(): AppliedQuotas | undefined {
    if (this.#parts.clock.now() - this.#readAtMs >= MAX_AGE_MS) void this.read();
    return this.#quotas;
  }

  /** Reads the quotas. If that fails, those of the last read stay. */
  async read(): Promise<AppliedQuotas | undefined> {
    const { store, clock, log } = this.#parts;
    this.#readAtMs = clock.now();
    try {
      this.#quotas = await store.load();
    } catch (error) {
      log.warn('applied quotas not readable', { name: errorName(error) });
    }
    return this.#quotas;
  }
}
