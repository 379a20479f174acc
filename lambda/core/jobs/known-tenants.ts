import { type JobPolicy, keptDays } from '../../contract/policy.ts';
import { errorName } from '../error-name.ts';
import type { Log } from '../telemetry.ts';
import type { TenantRegistry } from './tenant-registry.ts';

const DAY_MS = 86_400_000;

/**
 * Adds each tenant that submits a job to the registry: once a day in each sandbox, not for each job.
 */
export class KnownTenants {
  readonly #registry: Pick<TenantRegistry, 'add'>;
  readonly #log: Log;
  readonly #addedAtMs = new Map<string, number>();

  constructor(registry: Pick<TenantRegistry, 'add'>, log: Log) {
    this.#registry = registry;
    this.#log = log;
  }

  /**
   * Adds the tenant of an accepted job for as long as a job is kept, and for the day until the tenant
   * is added again. Never throws: the job is accepted, and the tenant's next job adds the tenant.
   */
  async note(tenant: string, now: number, policy: JobPolicy): Promise<void> {
    if (now < (this.#addedAtMs.get(tenant) ?? Number.NEGATIVE_INFINITY) + DAY_MS) return;
    try {
      await this.#registry.add(tenant, now + (keptDays(policy) + 1) * DAY_MS);
      this.#addedAtMs.set(tenant, now);
    } catch (error) {
      this.#log.warn('tenant not added to the registry', { error: errorName(error) });
    }
  }
}
